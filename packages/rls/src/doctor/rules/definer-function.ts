import type { FunctionFacts } from '../catalogue/model.ts';
import type { Subject } from '../subject/types.ts';
import { sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** What packages of Tenantry bring checks the tenant itself, and nobody else writes that schema. */
const isOurs = (each: FunctionFacts, { model }: Subject) =>
  each.schema === 'tenantry' && model.tenancy !== undefined;

/** Whether a body asks for the tenant: of the tenancy, or whatever the policies of a stranger ask. */
function tenantTest({ model: { tenancy }, catalogue }: Subject): (body: string) => boolean {
  const called = catalogue.functions.filter((f) => f.inPolicy).map((f) => `${f.name}(`);
  return (body) => {
    const code = body.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '');
    if (/current_tenant\s*\(/.test(code)) return true;
    if (tenancy !== undefined) return code.includes(`'${tenancy.setting}'`);
    return /current_setting\s*\(/.test(code) || called.some((call) => code.includes(call));
  };
}

/** A function with the rights of its owner asks for the tenant. */
export const definerFunction: Rule = {
  id: 'definer-function',
  group: 'objects',
  severity: 'error',
  title: 'A function with the rights of its owner asks for the tenant',
  *check(subject) {
    if (subject.roleBypasses) return;
    const asksForTenant = tenantTest(subject);
    for (const each of subject.catalogue.functions) {
      if (
        !each.definer ||
        each.isTrigger ||
        !each.roleMayExecute ||
        isOurs(each, subject) ||
        asksForTenant(each.body)
      )
        continue;
      yield {
        object: titleOfFunction(each),
        found: `role ${subject.roleName} may call it, it runs with the rights of ${each.owner}${each.ownerBypasses ? ', whom no policy binds,' : ''} and does not look at the tenant of the transaction.`,
        fix: 'Make it SECURITY INVOKER, or compare with the tenant inside; or revoke EXECUTE.',
        fixSql: [`alter function ${sqlOfFunction(each)} security invoker;`],
      };
    }
  },
};
