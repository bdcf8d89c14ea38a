import { listed, type Rule } from './rule.ts';

/** The login of the application cannot leave its role. */
export const loginCanBypass: Rule = {
  id: 'login-can-bypass',
  group: 'roles',
  severity: 'warning',
  title: 'The login of the application cannot leave its role',
  *find({ catalogue: { logins, server }, letThrough }) {
    for (const login of logins) {
      const dangers = [
        login.superuser && 'is a superuser',
        login.bypassRls && 'has BYPASSRLS',
        login.createRole && !login.superuser && 'has CREATEROLE',
        login.owns > 0 && `owns ${login.owns} tables`,
        ...login.becomes
          .filter(
            (role) =>
              role.superuser || role.bypassRls || role.owns > 0 || letThrough.has(role.name),
          )
          .map((role) => `can become ${role.name}`),
      ].filter((word) => word !== false);
      if (dangers.length === 0) continue;
      yield {
        object: `login ${login.name}`,
        severity: server.ofTests && login.bootstrap ? 'info' : 'warning',
        found: `login ${login.name} ${listed(dangers)}: SQL that is injected into a statement of a tenant can do the same.`,
        fix: 'Use a login that is a member of the serving role only, and a second one for system work.',
      };
    }
  },
};
