import { listed, type Rule } from './rule.ts';

/** No function is called for every row. */
export const policyFunctionOfRow: Rule = {
  id: 'policy-function-of-row',
  group: 'policies',
  severity: 'warning',
  title: 'No function is called for every row',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      for (const policy of table.policies) {
        const calls = policy.conditions
          .flatMap(({ isolation }) => isolation.contexts)
          .filter((context) => context.endsWith('(row)'));
        if (calls.length === 0) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `${listed([...new Set(calls)].map((call) => call.replace('(row)', '')))} is given a column of the row: it runs once a row, and no index can help.`,
          evidence: policy.conditions.map((condition) => condition.text),
          fix: 'Turn it round: tenant = any (array(select tenants_of_the_user())), which is evaluated once a statement.',
        };
      }
    }
  },
};
