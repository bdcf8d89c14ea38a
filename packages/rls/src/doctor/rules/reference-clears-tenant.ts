import type { Rule } from './rule.ts';

/** A deleted row does not take the tenant of others. */
export const referenceClearsTenant: Rule = {
  id: 'reference-clears-tenant',
  group: 'constraints',
  severity: 'error',
  title: 'A deleted row does not take the tenant of others',
  *find({ tenantTables, catalogue }) {
    const byOid = new Map(tenantTables.map((table) => [table.oid, table]));
    for (const constraint of catalogue.constraints) {
      const table = byOid.get(constraint.table);
      if (table?.tenantColumn === undefined || constraint.kind !== 'foreign') continue;
      const clears = (action: string) => action === 'set null' || action === 'set default';
      const onDelete =
        clears(constraint.onDelete) && constraint.cleared.includes(table.tenantColumn);
      const onUpdate =
        clears(constraint.onUpdate) && constraint.columns.includes(table.tenantColumn);
      if (!onDelete && !onUpdate) continue;
      const kept = constraint.columns.filter((column) => column !== table.tenantColumn);
      yield {
        object: `${table.title}.${constraint.name}`,
        found: `${onDelete ? 'ON DELETE' : 'ON UPDATE'} ${(onDelete ? constraint.onDelete : constraint.onUpdate).toUpperCase()} takes ${table.tenantColumn} away from the rows that reference a deleted one: they belong to nobody, or the statement fails.`,
        evidence: [constraint.definition],
        fix: `Name the columns to clear: on delete set null (${kept.join(', ')}).`,
      };
    }
  },
};
