import { listed, type Rule, sqlOf } from './rule.ts';

/** Tables of tenants are granted to roles, not to everybody. */
export const publicPrivilege: Rule = {
  id: 'public-privilege',
  group: 'privileges',
  severity: 'error',
  title: 'Tables of tenants are granted to roles, not to everybody',
  *find({ tenantTables, roleName }) {
    for (const table of tenantTables) {
      if (table.publicRights.length === 0) continue;
      yield {
        object: table.title,
        found: `PUBLIC may ${listed(table.publicRights)}: every role of the server, now and later.`,
        fix: `Grant to ${roleName} instead.`,
        fixSql: [`revoke all on table ${sqlOf(table)} from public;`],
      };
    }
  },
};
