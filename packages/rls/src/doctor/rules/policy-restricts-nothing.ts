import { isConstant } from './constants.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** A restrictive policy restricts something. */
export const policyRestrictsNothing: Rule = {
  id: 'policy-restricts-nothing',
  group: 'policies',
  severity: 'warning',
  title: 'A restrictive policy restricts something',
  *find({ tables }) {
    for (const table of tables) {
      for (const policy of table.policies) {
        if (policy.permissive || policy.conditions.length === 0) continue;
        if (!policy.conditions.every(({ expression }) => isConstant(expression, 'true'))) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found:
            'the restrictive policy is true for every row: it looks like a floor and holds nothing.',
          evidence: policy.conditions.map(({ text }) => text),
          fix: 'Give it the condition of the tenant, or drop it.',
          fixSql: [`drop policy ${quoted(policy.name)} on ${sqlOf(table)};`],
        };
      }
    }
  },
};
