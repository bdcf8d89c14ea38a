import { listed, quoted, type Rule, sqlOf } from './rule.ts';

/** Tables of other servers are out of reach. */
export const foreignTable: Rule = {
  id: 'foreign-table',
  group: 'objects',
  severity: 'error',
  title: 'Tables of other servers are out of reach',
  *find({ tables, roleName, roleBypasses, catalogue }) {
    if (roleBypasses) return;
    for (const table of tables) {
      if (table.kind !== 'foreign' || !table.reachable) continue;
      yield {
        object: table.title,
        found: `role ${roleName} may ${listed(table.rights)} on a foreign table: it cannot have policies, and those of the other server see the login of the mapping, not the tenant.`,
        fix: 'Take the rights away, and read it as the system role.',
        fixSql: [`revoke all on table ${sqlOf(table)} from public, ${quoted(roleName)};`],
      };
    }
    if (!catalogue.server.roleMayDblink) return;
    yield {
      object: 'extension dblink',
      found: `role ${roleName} may open connections from the server with dblink, under any login whose password it knows or that needs none.`,
      fix: 'Revoke EXECUTE on the functions of dblink from PUBLIC.',
      fixSql: [
        'revoke execute on function dblink(text), dblink(text, text), dblink_connect(text), dblink_connect(text, text), dblink_exec(text), dblink_exec(text, text) from public;',
      ],
    };
  },
};
