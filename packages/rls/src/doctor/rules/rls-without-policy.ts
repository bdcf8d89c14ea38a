import type { Rule } from './rule.ts';

/** A table that the role reaches has a policy for it. */
export const rlsWithoutPolicy: Rule = {
  id: 'rls-without-policy',
  group: 'tables',
  severity: 'warning',
  title: 'A table that the role reaches has a policy for it',
  *find({ tenantTables, roleName, roleBypasses }) {
    if (roleBypasses) return;
    for (const table of tenantTables) {
      if (!table.rls || !table.reachable || table.policies.some((p) => p.permissive && p.applies))
        continue;
      yield {
        object: table.title,
        found: `no policy lets role ${roleName} see a row, so the table looks empty to it.`,
        fix: 'Run the migrations of `npx tenantry generate`, or add a policy for the role.',
      };
    }
  },
};
