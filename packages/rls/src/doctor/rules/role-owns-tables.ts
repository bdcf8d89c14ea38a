import { migratingLogin, type Rule, sqlOf } from './rule.ts';

const shortList = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} …` : names.join(', ');

/** The role that serves tenants owns no table of theirs. */
export const roleOwnsTables: Rule = {
  id: 'role-owns-tables',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants owns no table of theirs',
  *find({ tenantTables, roleName, roleBypasses, catalogue }) {
    if (roleBypasses || catalogue.role === undefined) return;
    const owned = tenantTables.filter((table) => table.owner === roleName);
    if (owned.length === 0) return;
    yield {
      object: `role ${roleName}`,
      found: `role ${roleName} owns ${owned.length} tables of tenants (${shortList(owned.map((t) => t.title))}): it can switch their policies off, and without FORCE they do not bind it at all.`,
      fix: 'Let another role own the tables, and grant this one SELECT, INSERT, UPDATE and DELETE.',
      fixSql: owned.map((table) => `alter table ${sqlOf(table)} owner to ${migratingLogin};`),
      needsSuperuser: true,
    };
  },
};
