import { commandsOf, isForOurs, type PolicyView } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
import { isOurs, onCitus } from './on-citus.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** One policy lets tenants in. */
export const citusSecondPolicy: Rule = {
  id: 'citus-second-policy',
  group: 'policies',
  severity: 'error',
  title: 'On Citus one policy a command lets tenants in',
  *find(subject) {
    for (const table of onCitus(subject)) {
      if (!table.ofTenants) continue;
      const all = table.policies.filter(
        (policy) => policy.permissive && policy.applies && !isForOurs(policy, subject.letThrough),
      );
      const ranked = [...all].sort((a, b) => rank(table, a) - rank(table, b));
      for (const [i, policy] of ranked.entries()) {
        const first = ranked.slice(0, i).find((each) => overlap(each, policy));
        if (first === undefined) continue;
        const bound = policy.conditions.every(({ isolation }) => isolation.bound);
        yield {
          object: `${table.title}.${policy.name}`,
          severity: bound ? 'warning' : 'error',
          found: `it is ORed with ${first.name}, and on a shard nothing restricts the two: ${bound ? 'what one closes the other may open' : 'it opens the rows of other tenants'}.`,
          evidence: policy.conditions.map(({ text }) => text),
          fix: 'Drop it, and say it as a term: isolate(t, { read: sql`…`, write: sql`…` }).',
          fixSql: [`drop policy ${quoted(policy.name)} on ${sqlOf(table)};`],
        };
      }
    }
  },
};

/** What `generate` makes comes first, then what binds the tenant. */
const rank = (table: TableView, policy: PolicyView): number =>
  isOurs(table, policy) ? 0 : policy.conditions.every(({ isolation }) => isolation.bound) ? 1 : 2;

const overlap = (one: PolicyView, other: PolicyView): boolean =>
  commandsOf(one).some((command) => commandsOf(other).includes(command));
