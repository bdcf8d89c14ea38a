import type { Rule } from './rule.ts';

/** All policies of a table ask the same context. */
export const policyContextsDiffer: Rule = {
  id: 'policy-contexts-differ',
  group: 'policies',
  severity: 'warning',
  title: 'All policies of a table ask the same context',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      const contexts = new Map<string, string>();
      for (const policy of table.policies) {
        for (const { isolation } of policy.conditions) {
          if (isolation.bound)
            for (const context of isolation.contexts) contexts.set(context, policy.name);
        }
      }
      if (contexts.size < 2) continue;
      yield {
        object: table.title,
        found: `its policies take the tenant from ${contexts.size} different places, so one of them follows another tenant than the others.`,
        evidence: [...contexts].map(([context, policy]) => `${policy}: ${context}`),
        fix: 'Use one expression in all of them.',
      };
    }
  },
};
