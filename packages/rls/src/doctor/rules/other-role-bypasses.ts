import { quoted, type Rule } from './rule.ts';

/** Whoever is not bound by policies is known. */
export const otherRoleBypasses: Rule = {
  id: 'other-role-bypasses',
  group: 'roles',
  severity: 'info',
  title: 'Every login that policies do not bind is there on purpose',
  *find({ catalogue: { roles, logins, tables }, model, roleName }) {
    const known = new Set([roleName, model.tenancy?.roles.system, ...logins.map((l) => l.name)]);
    const named = new Set(tables.flatMap((t) => t.grants.map(({ grantee }) => grantee)));
    for (const role of roles) {
      // a superuser is the operator; a role of another database has no rights here
      if (!role.bypassRls || role.superuser || known.has(role.name) || !named.has(role.name))
        continue;
      if (!role.reached) continue;
      yield {
        object: `role ${role.name}`,
        found: `role ${role.name} has BYPASSRLS, holds rights on tables here, and a login is it or can become it: policies that name it say nothing.`,
        fix: 'Keep it for work across tenants and off the path of requests; or take the attribute away.',
        fixSql: [`alter role ${quoted(role.name)} nobypassrls;`],
        needsSuperuser: true,
      };
    }
  },
};
