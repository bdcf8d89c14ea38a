import { type Expression, parts } from '../expression/expression.ts';
import type { Rule } from './rule.ts';

/** Whether current_setting is used outside nullif(…, ''). */
function hasBareSetting(e: Expression): boolean {
  if (e.kind === 'call') {
    if (e.name === 'nullif') return false;
    if (/^(pg_catalog\.)?current_setting$/.test(e.name)) return true;
  }
  return parts(e).some(hasBareSetting);
}

/** An empty setting is no tenant. */
export const policyEmptyContext: Rule = {
  id: 'policy-empty-context',
  group: 'policies',
  severity: 'warning',
  title: 'An empty setting is no tenant',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      for (const policy of table.policies) {
        for (const { expression, text: condition } of policy.conditions) {
          if (!hasBareSetting(expression)) continue;
          yield {
            object: `${table.title}.${policy.name}`,
            found:
              "the policy does not expect an empty setting: after a transaction that used SET LOCAL it is '', not null, and a cast of '' fails with 22P02, or matches rows whose tenant is ''.",
            evidence: [condition],
            fix: "Wrap it: nullif(current_setting('…', true), '').",
          };
          break;
        }
      }
    }
  },
};
