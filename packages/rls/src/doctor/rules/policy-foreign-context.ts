import { asksTenantOf } from '../context-of.ts';
import type { Rule } from './rule.ts';

/** Policies take the tenant from the context of this tenancy. */
export const policyForeignContext: Rule = {
  id: 'policy-foreign-context',
  group: 'policies',
  severity: 'error',
  title: 'Policies take the tenant from the context of this tenancy',
  *find({ tenantTables, model }) {
    const { tenancy } = model;
    if (tenancy === undefined) return;
    for (const table of tenantTables) {
      for (const policy of table.policies.filter((p) => p.applies || p.toPublic)) {
        const foreign = policy.conditions
          .flatMap(({ isolation }) => isolation.contexts)
          .filter((context) => !asksTenantOf(tenancy, context));
        if (foreign.length === 0) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `the policy takes the tenant from somewhere else than ${tenancy.setting}, the setting that the pool sends.`,
          evidence: [...new Set(foreign)],
          fix: `Compare with the tenant of this tenancy; \`npx tenantry generate\` writes the expression.`,
        };
      }
    }
  },
};
