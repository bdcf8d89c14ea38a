import { leakOf, type Rule, sqlOf } from './rule.ts';

/** Policies are switched on. */
export const policiesDormant: Rule = {
  id: 'policies-dormant',
  group: 'tables',
  severity: 'error',
  title: 'Policies are switched on',
  *find({ tables, catalogue }) {
    for (const table of tables) {
      if (table.rls || table.policies.length === 0) continue;
      yield {
        object: table.title,
        found: `${table.policies.length} policies stand on ${table.title}, and row-level security is off: none of them is used.`,
        ...(table.rights.includes('SELECT') && { leak: leakOf(table, { catalogue }) }),
        fix: 'Enable row-level security.',
        fixSql: [
          `alter table ${sqlOf(table)} enable row level security, force row level security;`,
        ],
      };
    }
  },
};
