import { quoted, type Rule } from './rule.ts';

const dangers: Readonly<Record<string, string>> = {
  pg_read_all_data: 'reads every table and view, those that leak as well',
  pg_write_all_data: 'writes every table',
  pg_read_server_files: 'reads the files of the server, where all tables are',
  pg_write_server_files: 'writes files of the server',
  pg_execute_server_program: 'runs programs on the server',
  pg_maintain: 'refreshes, clusters and locks every table',
  pg_monitor: 'reads the statements of every session',
  pg_read_all_stats: 'reads the statements of every session',
  pg_read_all_settings: 'reads every setting, secrets in them included',
  pg_create_subscription: 'opens connections from the server',
  pg_signal_backend: 'ends the sessions of others',
  pg_database_owner: 'owns the database and schema public',
};

/** The role that serves tenants has no predefined role that reaches past tables. */
export const dangerousMembership: Rule = {
  id: 'dangerous-membership',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants has no predefined role that reaches past tables',
  *find({ catalogue: { role, logins } }) {
    const already = new Set(role?.becomes.map(({ name }) => name));
    for (const each of [role, ...logins]) {
      if (each === undefined || each.superuser) continue;
      const isLogin = each !== role;
      for (const other of each.becomes) {
        const what = dangers[other.name];
        if (!other.predefined || what === undefined || (isLogin && already.has(other.name)))
          continue;
        // it owns the database: another rule reports that, and it is not a grant that could be revoked
        if (isLogin && other.name === 'pg_database_owner') continue;
        const word = isLogin ? 'login' : 'role';
        yield {
          object: `${word} ${each.name}`,
          found: `${word} ${each.name} is a member of ${other.name}, which ${what}${isLogin ? '; `set role none`, also as set_config inside any SELECT, takes a statement of a tenant there' : ''}.`,
          fix: 'Take the membership away.',
          fixSql: [`revoke ${quoted(other.name)} from ${quoted(each.name)};`],
          needsSuperuser: true,
        };
      }
    }
  },
};
