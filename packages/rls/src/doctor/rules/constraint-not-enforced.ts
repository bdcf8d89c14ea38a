import { quoted, type Rule, sqlOf } from './rule.ts';

/** Constraints of tenants are enforced. */
export const constraintNotEnforced: Rule = {
  id: 'constraint-not-enforced',
  group: 'constraints',
  severity: 'error',
  title: 'Constraints of tenants are enforced',
  *find({ tenantTables, catalogue }) {
    const byOid = new Map(tenantTables.map((table) => [table.oid, table]));
    for (const constraint of catalogue.constraints) {
      const table = byOid.get(constraint.table);
      if (table === undefined || (constraint.enforced && constraint.validated)) continue;
      yield {
        object: `${table.title}.${constraint.name}`,
        severity: constraint.enforced ? 'warning' : 'error',
        found: constraint.enforced
          ? 'the constraint is NOT VALID: new rows are checked, the old ones never were.'
          : 'the constraint is NOT ENFORCED: nothing checks it, so rows may point at other tenants.',
        evidence: [constraint.definition],
        fix: constraint.enforced ? 'Validate it.' : 'Enforce it.',
        fixSql: constraint.enforced
          ? [`alter table ${sqlOf(table)} validate constraint ${quoted(constraint.name)};`]
          : [`alter table ${sqlOf(table)} alter constraint ${quoted(constraint.name)} enforced;`],
      };
    }
  },
};
