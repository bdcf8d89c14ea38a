import type { RoleSummary } from '../catalogue/model.ts';
import { boundRoles } from '../subject/other-roles.ts';
import { appliesTo, binds, isForOurs } from '../subject/policies.ts';
import type { Subject } from '../subject/types.ts';
import { type Found, listed, quoted, type Rule } from './rule.ts';

/** Whoever is not bound by policies is known. */
export const otherRoleBypasses: Rule = {
  id: 'other-role-bypasses',
  group: 'roles',
  severity: 'info',
  title: 'Every login that policies do not bind is there on purpose',
  *find(subject) {
    yield* withAttribute(subject);
    yield* byInheritance(subject);
  },
};

function* withAttribute({ catalogue, letThrough, roleName }: Subject): Generator<Found> {
  const { roles, logins, tables } = catalogue;
  const known = new Set([roleName, ...logins.map((login) => login.name)]);
  const named = new Set(tables.flatMap((t) => t.grants.map(({ grantee }) => grantee)));
  for (const role of roles) {
    // a superuser is the operator; a role of another database has no rights here
    if (!role.bypassRls || role.superuser || known.has(role.name) || !named.has(role.name))
      continue;
    const isOurs = letThrough.has(role.name);
    if (!role.reached && !isOurs) continue;
    yield {
      object: `role ${role.name}`,
      found: isOurs
        ? `role ${role.name} has BYPASSRLS from an earlier version, and does not need it: policies let it through.`
        : `role ${role.name} has BYPASSRLS, holds rights on tables here, and a login is it or can become it: policies that name it say nothing.`,
      fix: isOurs
        ? 'Take the attribute away, when all databases of the server that use the role have migrated.'
        : 'Keep it for work across tenants and off the path of requests; or take the attribute away.',
      fixSql: [`alter role ${quoted(role.name)} nobypassrls;`],
      needsSuperuser: true,
    };
  }
}

/** Roles that have the rights of the system role without taking it on. */
function* byInheritance(subject: Subject): Generator<Found> {
  const { catalogue, letThrough, roleName, model } = subject;
  if (letThrough.size === 0) return;
  const known = new Set(catalogue.logins.map((login) => login.name));
  for (const role of boundRoles(catalogue, roleName, model)) {
    const from = role.inherits.filter((name) => letThrough.has(name));
    if (from.length === 0 || !role.reached || known.has(role.name)) continue;
    const open = subject.tenantTables.filter((table) => isOpenTo(table, role, letThrough));
    if (open.length === 0) continue;
    yield {
      object: `role ${role.name}`,
      found: `role ${role.name} has the rights of ${listed(from)} without taking ${from.length === 1 ? 'it' : 'them'} on, and sees the rows of all tenants in ${open.length} tables.`,
      fix: 'Keep it for work across tenants, such as dumps, and off the path of requests; a login of the application is NOINHERIT, or gets the role WITH INHERIT FALSE.',
    };
  }
}

/** Whether a policy for a role of ours shows a table to a role that no floor binds. */
const isOpenTo = (
  { rls, owner, policies }: Subject['tenantTables'][number],
  role: RoleSummary,
  letThrough: ReadonlySet<string>,
): boolean =>
  rls &&
  owner !== role.name &&
  policies.some((policy) => isForOurs(policy, letThrough) && appliesTo(policy, role)) &&
  !policies.some(
    (policy) => !policy.permissive && appliesTo(policy, role) && binds(policy, 'select'),
  );
