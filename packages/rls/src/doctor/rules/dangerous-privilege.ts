import type { TableView } from '../subject/types.ts';
import { type Found, listed, quoted, type Rule, sqlOf } from './rule.ts';

const dangers: Readonly<Record<string, string>> = {
  TRUNCATE: 'TRUNCATE empties the table for all tenants, and no policy is asked',
  REFERENCES: 'REFERENCES lets a foreign key ask which rows exist',
  TRIGGER: 'TRIGGER lets code of its own run on the rows of others',
  MAINTAIN: 'MAINTAIN locks the table for all tenants',
};

/** No right on a table goes past its policies. */
export const dangerousPrivilege: Rule = {
  id: 'dangerous-privilege',
  group: 'privileges',
  severity: 'error',
  title: 'No right on a table goes past its policies',
  *find({ tenantTables, roleName, roleBypasses }) {
    for (const table of tenantTables) {
      for (const other of table.others) {
        const rights = other.rights.filter((right) => right in dangers);
        if (rights.length > 0) yield found(table, other.name, rights, [other.name]);
      }
      if (roleBypasses || table.roleOwns || !table.reachable) continue;
      const rights = table.rights.filter((right) => right in dangers);
      if (rights.length === 0) continue;
      yield found(table, roleName, rights, ['public', roleName]);
    }
  },
};

const found = (
  table: TableView,
  role: string,
  rights: readonly string[],
  from: readonly string[],
): Found => ({
  object: table.title,
  found: `role ${role} may ${listed(rights)}: ${rights.map((right) => dangers[right]).join('; ')}.`,
  fix: 'Take these rights away.',
  fixSql: [
    `revoke ${rights.join(', ').toLowerCase()} on table ${sqlOf(table)} from ${from.map((each) => (each === 'public' ? each : quoted(each))).join(', ')};`,
  ],
});
