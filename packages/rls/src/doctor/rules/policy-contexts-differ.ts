import { isTenantIf } from '../context-of.ts';
import { constantsOf, isOnCitus } from './on-citus.ts';
import type { Rule } from './rule.ts';

/** All policies of a table ask the same context. */
export const policyContextsDiffer: Rule = {
  id: 'policy-contexts-differ',
  group: 'policies',
  severity: 'warning',
  title: 'All policies of a table ask the same context',
  *find(subject) {
    const { tenancy } = subject.model;
    for (const table of subject.tenantTables) {
      const contexts = new Map<string, string>();
      for (const policy of table.policies) {
        // on Citus a second term says the same tenant as a constant
        const constants = isOnCitus(subject, table) ? constantsOf(subject, policy) : new Set();
        for (const { isolation } of policy.conditions.filter((each) => each.isolation.bound)) {
          for (const context of isolation.contexts) {
            const isOwn = tenancy !== undefined && isTenantIf(tenancy, context);
            if (!isOwn && !constants.has(context.replace(/\(.*$/, '')))
              contexts.set(context, policy.name);
          }
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
