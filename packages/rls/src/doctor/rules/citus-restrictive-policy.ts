import { withShards } from './on-citus.ts';
import { listed, quoted, type Rule, sqlOf } from './rule.ts';

/** On Citus no policy is restrictive. */
export const citusRestrictivePolicy: Rule = {
  id: 'citus-restrictive-policy',
  group: 'objects',
  severity: 'error',
  title: 'On Citus no policy is restrictive',
  *find(subject) {
    for (const table of withShards(subject)) {
      const restrictive = table.policies.filter((policy) => !policy.permissive);
      if (restrictive.length === 0) continue;
      yield {
        object: table.title,
        found: `${listed(restrictive.map((policy) => policy.name))} is restrictive here and permissive on the shards, where it opens what it should close.`,
        evidence: restrictive.flatMap(({ name, conditions }) =>
          conditions.map(({ text }) => `${name}: ${text}`),
        ),
        fix: 'Put all conditions into one permissive policy, ANDed.',
        fixSql: restrictive.map(
          (policy) => `drop policy ${quoted(policy.name)} on ${sqlOf(table)};`,
        ),
      };
    }
  },
};
