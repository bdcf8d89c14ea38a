import { everything } from '../expression/expression.ts';
import { listed, type Rule } from './rule.ts';

/** Volatile functions of PostgreSQL that a condition could use; pg_depend has no entries for them. */
const volatile =
  /^(pg_catalog\.)?(random|random_normal|clock_timestamp|timeofday|nextval|setval|gen_random_uuid|uuidv4|uuidv7|set_config|pg_sleep|lastval|currval|txid_current|pg_current_xact_id|pg_advisory_\w+|pg_try_advisory_\w+)$/;

/** A condition gives the same answer for the same row. */
export const policyVolatile: Rule = {
  id: 'policy-volatile',
  group: 'policies',
  severity: 'warning',
  title: 'A condition answers the same for the same row',
  *find(subject) {
    for (const table of subject.tenantTables) {
      for (const policy of table.policies) {
        const ofUsers = policy.functions.flatMap((oid) => {
          const called = subject.function(oid);
          return called?.volatility === 'volatile' ? [called.name] : [];
        });
        const calls = policy.conditions.flatMap(({ expression }) =>
          [...everything(expression)].flatMap((part) =>
            part.kind === 'call' && volatile.test(part.name) ? [part.name] : [],
          ),
        );
        const all = [...new Set([...ofUsers, ...calls])];
        if (all.length === 0) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `the policy calls ${listed(all)}, which is volatile: it runs for each row, keeps the index of the tenant from being used, and may answer otherwise each time.`,
          evidence: policy.conditions.map(({ text }) => text),
          fix: 'Declare a function STABLE that reads and does not write; take now() for the time of the transaction.',
        };
      }
    }
  },
};
