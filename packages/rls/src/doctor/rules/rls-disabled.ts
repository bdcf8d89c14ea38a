import { leakOf, type Rule, sqlOf } from './rule.ts';

/** Every table of tenants has row-level security. */
export const rlsDisabled: Rule = {
  id: 'rls-disabled',
  group: 'tables',
  severity: 'error',
  title: 'Every table of tenants has row-level security',
  *find({ tenantTables, roleName, catalogue }) {
    for (const table of tenantTables) {
      if (table.rls || table.policies.length > 0) continue;
      yield {
        object: table.title,
        severity: table.reachable ? 'error' : 'warning',
        found: table.reachable
          ? `row-level security is off: whoever reaches ${table.title} as ${roleName} sees the rows of every tenant.`
          : `row-level security is off; role ${roleName} does not reach the table yet.`,
        ...(table.reachable && { leak: leakOf(table, { catalogue }) }),
        fix: 'Add ...isolate(t) to the table and run `npx tenantry generate`; or enable it and add a policy.',
        fixSql: [
          `alter table ${sqlOf(table)} enable row level security, force row level security;`,
        ],
      };
    }
  },
};
