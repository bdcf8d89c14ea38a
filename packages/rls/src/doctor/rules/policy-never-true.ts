import { isConstant } from './constants.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** A permissive policy lets a row through. */
export const policyNeverTrue: Rule = {
  id: 'policy-never-true',
  group: 'policies',
  severity: 'warning',
  title: 'A permissive policy lets some row through',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      for (const policy of table.policies) {
        if (!policy.permissive || policy.conditions.length === 0) continue;
        if (!policy.conditions.every(({ expression }) => isConstant(expression, 'false'))) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found:
            'the permissive policy is false for every row: it grants nothing, and reads as if it denied what other policies allow.',
          evidence: policy.conditions.map(({ text }) => text),
          fix: 'Deny by a restrictive policy, or by rights; and drop this one.',
          fixSql: [`drop policy ${quoted(policy.name)} on ${sqlOf(table)};`],
        };
      }
    }
  },
};
