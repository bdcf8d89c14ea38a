import { quoted, type Rule, sqlOf } from './rule.ts';

/** An index finds the rows of a tenant. */
export const noTenantIndex: Rule = {
  id: 'no-tenant-index',
  group: 'tables',
  severity: 'warning',
  title: 'An index finds the rows of a tenant',
  *find({ tenantTables, catalogue }) {
    const leading = new Map<number, Set<string | null>>();
    for (const { table, valid, partial, method, columns } of catalogue.indexes) {
      if (!valid || partial || (method !== 'btree' && method !== 'hash')) continue;
      leading.set(table, (leading.get(table) ?? new Set()).add(columns[0] ?? null));
    }
    for (const table of tenantTables) {
      const column = table.tenantColumn;
      if (column === undefined || table.kind === 'foreign' || leading.get(table.oid)?.has(column))
        continue;
      yield {
        object: table.title,
        found: `no index begins with ${column}: every statement of every tenant reads the rows of all of them.`,
        fix: 'Add an index that begins with the tenant, or let the primary key do so.',
        fixSql: [`create index on ${sqlOf(table)} (${quoted(column)});`],
      };
    }
  },
};
