import { withShards } from './on-citus.ts';
import { type Rule, sqlOf } from './rule.ts';

/** On Citus shards can move without losing rows. */
export const citusForced: Rule = {
  id: 'citus-forced',
  group: 'objects',
  severity: 'error',
  title: 'On Citus shards can move without losing rows',
  *find(subject) {
    for (const table of withShards(subject)) {
      if (!table.forced) continue;
      yield {
        object: table.title,
        found:
          'FORCE makes a non-blocking move of a shard lose the rows that are written meanwhile, and report success.',
        evidence: [`relforcerowsecurity of ${table.title}, owner ${table.owner}`],
        fix: 'Lift FORCE, and let one login that serves nobody own all tables.',
        fixSql: [`alter table ${sqlOf(table)} no force row level security;`],
      };
    }
  },
};
