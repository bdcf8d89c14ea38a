import { listed, type Rule } from './rule.ts';

/** A login has no powers over its own sessions that a statement of a tenant could use. */
export const loginPowers: Rule = {
  id: 'login-powers',
  group: 'roles',
  severity: 'info',
  title: 'A statement of a tenant has no power over the sessions of its login',
  *find({ catalogue: { logins, role }, model: { tenancy } }) {
    // on Citus the role is a login of the nodes, and the pool has one of its own
    const own = role?.canLogin === true && tenancy?.dialect !== 'citus' ? [role] : [];
    for (const login of [...logins, ...own]) {
      // a superuser has every power, which another rule reports
      if (login.superuser) continue;
      const powers = [
        login.mayTerminate && 'ends the sessions of the login',
        login.maySeeSessions && 'reads what they are running, other tenants’ parameters included',
      ].filter((word) => word !== false);
      if (powers.length === 0) continue;
      yield {
        object: `login ${login.name}`,
        found: `injected SQL that does \`set_config('role', 'none', true)\` is login ${login.name} again, which ${listed(powers)}. It may also set its own password, which PostgreSQL lets every role do.`,
        fix: 'Take the functions from PUBLIC; against a changed password only a login without one helps: a certificate, or the identity of the platform.',
        fixSql: [
          'revoke execute on function pg_catalog.pg_terminate_backend(integer, bigint), pg_catalog.pg_cancel_backend(integer) from public;',
          'revoke select on pg_catalog.pg_stat_activity from public;',
          'revoke execute on function pg_catalog.pg_stat_get_activity(integer) from public;',
        ],
        needsSuperuser: true,
      };
    }
  },
};
