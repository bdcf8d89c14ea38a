import type { Tenancy } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { FunctionFacts } from '../catalogue/model.ts';
import { boundRoles } from '../subject/other-roles.ts';
import type { Subject } from '../subject/types.ts';
import { sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import { type Found, listed, type Rule } from './rule.ts';
import { isIntactSearch, isSearch } from './search-functions.ts';

/**
 * Functions of Tenantry's packages check the tenant themselves. When the features are known, these
 * functions are compared word by word, and any other function is a separate finding.
 */
const isOurs = (each: FunctionFacts, { model }: Subject) => each.schema === model.tenancy?.schema;

/**
 * Whether a function body checks the tenant: the tenancy's, or the context that the existing policies
 * use.
 */
function tenantTest({ model: { tenancy }, catalogue }: Subject): (body: string) => boolean {
  const called = catalogue.functions.filter((f) => f.inPolicy).map((f) => `${f.name}(`);
  return (body) => {
    const code = body.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '');
    if (/current_tenant\s*\(/.test(code)) return true;
    if (tenancy !== undefined) return code.includes(`'${tenancy.setting}'`);
    return /current_setting\s*\(/.test(code) || called.some((call) => code.includes(call));
  };
}

/** A security definer function checks the tenant. */
export const definerFunction: Rule = {
  id: 'definer-function',
  group: 'objects',
  severity: 'error',
  title: 'A function with the rights of its owner asks for the tenant',
  *find(subject) {
    const { catalogue, roleName, model } = subject;
    const others = new Set(boundRoles(catalogue, roleName, model).map((role) => role.name));
    const asksForTenant = tenantTest(subject);
    const { tenancy } = model;
    for (const each of subject.catalogue.functions) {
      if (tenancy !== undefined && isSearch(each, tenancy))
        yield* searchFindings(each, tenancy, subject);
      if (!each.definer || each.isTrigger || isOurs(each, subject) || asksForTenant(each.body))
        continue;
      const callers = [
        ...(each.roleMayExecute && !subject.roleBypasses ? [subject.roleName] : []),
        ...each.executors.filter((role) => others.has(role)),
      ];
      if (callers.length === 0) continue;
      yield {
        object: titleOfFunction(each),
        severity: callers[0] === subject.roleName ? 'error' : 'warning',
        found: `role ${listed(callers)} may call it, it runs with the rights of ${each.owner}${each.ownerBypasses ? ', whom no policy binds,' : ''} and does not look at the tenant of the transaction.`,
        fix: 'Make it SECURITY INVOKER, or compare with the tenant inside; or revoke EXECUTE.',
        fixSql: [`alter function ${sqlOfFunction(each)} security invoker;`],
      };
    }
  },
};

/** A function of `searchable` is unchanged and owned by the NOLOGIN role. */
function* searchFindings(
  each: FunctionFacts,
  tenancy: Tenancy,
  { model }: Subject,
): Iterable<Found> {
  const object = titleOfFunction(each);
  const fix = 'Run the section of its table that tenantry generate wrote again.';
  if (!isIntactSearch(each, tenancy, model.declared)) {
    yield {
      object,
      found: `it searches with the rights of ${each.owner}, and is not what searchable(t, …) makes: it may find rows of other tenants.`,
      fix,
      fixSql: [`drop function ${sqlOfFunction(each)};`],
    };
  }
  if (each.owner !== tenancy.roles.system) {
    yield {
      object,
      found: `it searches with the rights of ${each.owner}, who is not the system role ${tenancy.roles.system}.`,
      fix: 'Give it back to the system role.',
      fixSql: [`alter function ${sqlOfFunction(each)} owner to ${name(tenancy.roles.system).sql};`],
    };
  }
}
