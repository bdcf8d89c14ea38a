import type { Gap } from '../expression/isolation.ts';
import { commandsOf, hasFloor, isForOurs, type PolicyView } from '../subject/policies.ts';
import type { Subject } from '../subject/types.ts';
import { type Found, leakOf, quoted, sqlOf } from './rule.ts';

/**
 * The permissive policies of tenant tables whose condition does not bind the tenant. With an intact floor
 * they open nothing today, so they are only warnings.
 */
export function* loosePolicies(
  { tenantTables, roleName, catalogue, letThrough }: Subject,
  isMine: (gaps: readonly Gap[]) => boolean,
  words: (gaps: readonly Gap[]) => string,
  fix: string,
): Generator<Found> {
  for (const table of tenantTables) {
    for (const policy of table.policies) {
      if (!policy.permissive || isForOurs(policy, letThrough)) continue;
      const loose = policy.conditions.filter(({ isolation }) => !isolation.bound);
      const gaps = loose.flatMap(({ isolation }) => isolation.gaps);
      if (loose.length === 0 || !isMine(gaps)) continue;
      const held =
        !policy.applies || commandsOf(policy).every((command) => hasFloor(table.policies, command));
      yield {
        object: `${table.title}.${policy.name}`,
        severity: held ? 'warning' : 'error',
        found: `the policy ${words(gaps)}${
          !policy.applies
            ? `; it does not apply to role ${roleName}`
            : held
              ? '; only the restrictive floor holds'
              : ''
        }.`,
        evidence: loose.map(({ text }) => text),
        fix,
        ...(shows(policy) && !held && { leak: leakOf(table, { catalogue }) }),
        fixSql: held ? [`drop policy ${quoted(policy.name)} on ${sqlOf(table)};`] : [],
      };
    }
  }
}

/** Whether a policy makes rows readable. */
const shows = ({ command }: PolicyView): boolean => command === 'all' || command === 'select';
