import { everything } from '../expression/expression.ts';
import type { Rule } from './rule.ts';

/** The tenant column is compared as it is. */
export const policyCastsColumn: Rule = {
  id: 'policy-casts-column',
  group: 'policies',
  severity: 'warning',
  title: 'The tenant column is compared as it is',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      // varchar is compared as text and can use its index
      const type = table.columns.find(({ name }) => name === table.tenantColumn)?.type ?? '';
      if (type === '' || type.startsWith('character varying')) continue;
      for (const policy of table.policies) {
        const cast = policy.conditions.find(({ expression }) =>
          [...everything(expression)].some(
            (part) =>
              part.kind === 'cast' &&
              part.item.kind === 'column' &&
              part.item.path.at(-1) === table.tenantColumn &&
              part.type !== type,
          ),
        );
        if (cast === undefined) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `the policy casts ${table.tenantColumn}, so no index on it can be used: every statement reads the whole table.`,
          evidence: [cast.text],
          fix: `Cast the other side: ${table.tenantColumn} = (…)::${type}.`,
        };
      }
    }
  },
};
