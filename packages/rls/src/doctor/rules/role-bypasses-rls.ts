import { listed, quoted, type Rule } from './rule.ts';

/** The role that serves tenants is bound by policies. */
export const roleBypassesRls: Rule = {
  id: 'role-bypasses-rls',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants is bound by policies',
  *find({ catalogue: { role, server } }) {
    if (role === undefined || !(role.superuser || role.bypassRls)) return;
    const what = [role.superuser && 'is a superuser', role.bypassRls && 'has BYPASSRLS'];
    // the bootstrap superuser cannot be demoted, and an only superuser must not lock itself out
    const isServers = role.bootstrap || (role.superuser && role.name === server.login);
    yield {
      object: `role ${role.name}`,
      severity: server.ofTests && role.bootstrap ? 'info' : 'error',
      found: `role ${role.name} ${listed(what.filter((word) => word !== false))}: no policy binds it, and every tenant is open.`,
      fix: 'Serve tenants with a role that has neither, and owns no table.',
      fixSql: isServers ? [] : [`alter role ${quoted(role.name)} nosuperuser nobypassrls;`],
      needsSuperuser: true,
    };
  },
};
