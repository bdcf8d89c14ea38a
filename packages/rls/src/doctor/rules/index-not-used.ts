import type { Rule } from './rule.ts';

/** The planner uses the index of the tenant. */
export const indexNotUsed: Rule = {
  id: 'index-not-used',
  group: 'policies',
  severity: 'warning',
  title: 'The planner uses the index of the tenant',
  *find({ plans, catalogue }) {
    const indexed = new Set(
      catalogue.indexes
        .filter((i) => i.valid && !i.partial)
        .map((i) => `${i.table}.${i.columns[0]}`),
    );
    for (const { table, index, lines } of plans) {
      // a missing index is reported by another rule
      if (index || !indexed.has(`${table.oid}.${table.tenantColumn}`)) continue;
      yield {
        object: table.title,
        found:
          'EXPLAIN does not use the index of the tenant, though it is there and a sequential scan was made expensive.',
        evidence: lines,
        fix: 'Compare the bare column with an expression of its own type, in each policy that applies.',
      };
    }
  },
};
