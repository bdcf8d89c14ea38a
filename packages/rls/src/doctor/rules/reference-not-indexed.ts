import type { Rule } from './rule.ts';

/** Deleting a row does not read the tables of all tenants. */
export const referenceNotIndexed: Rule = {
  id: 'reference-not-indexed',
  group: 'constraints',
  severity: 'info',
  title: 'Deleting a row does not read the whole table that references it',
  *find({ tenantTables, catalogue }) {
    const tables = new Map(tenantTables.map((table) => [table.oid, table]));
    const leading = new Map<number, Set<string>>();
    for (const index of catalogue.indexes) {
      const [first] = index.columns;
      if (!index.valid || index.partial || first === null || first === undefined) continue;
      leading.set(index.table, (leading.get(index.table) ?? new Set()).add(first));
    }
    for (const constraint of catalogue.constraints) {
      const table = tables.get(constraint.table);
      if (table === undefined || constraint.kind !== 'foreign') continue;
      if (constraint.columns.some((column) => leading.get(table.oid)?.has(column))) continue;
      yield {
        object: `${table.title}.${constraint.name}`,
        found: `no index begins with ${constraint.columns.length === 1 ? 'its column' : 'one of its columns'} (${constraint.columns.join(', ')}): whenever a row of the other table is deleted, the rows of every tenant are read here.`,
        evidence: [constraint.definition],
        fix: 'Add an index; one that begins with the tenant serves a reference that has the tenant in it.',
      };
    }
  },
};
