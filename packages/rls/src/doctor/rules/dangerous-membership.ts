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
  *check({ catalogue: { role } }) {
    if (role === undefined || role.superuser) return;
    for (const other of role.becomes) {
      const what = dangers[other.name];
      if (!other.predefined || what === undefined) continue;
      yield {
        object: `role ${role.name}`,
        found: `role ${role.name} is a member of ${other.name}, which ${what}.`,
        fix: 'Take the membership away.',
        fixSql: [`revoke ${quoted(other.name)} from ${quoted(role.name)};`],
        needsSuperuser: true,
      };
    }
  },
};
