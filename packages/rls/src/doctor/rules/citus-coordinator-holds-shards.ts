import { literal } from '@tenantry/core/sql';
import type { Rule } from './rule.ts';

/** Only workers hold shards. */
export const citusCoordinatorHoldsShards: Rule = {
  id: 'citus-coordinator-holds-shards',
  group: 'server',
  severity: 'warning',
  title: 'Only the workers of Citus hold shards',
  *find({ catalogue: { citus } }) {
    for (const { coordinator, name, takesShards, shards } of citus?.nodes ?? []) {
      if (!coordinator || (!takesShards && shards === 0)) continue;
      const at = name.lastIndexOf(':');
      const node = at < 0 ? undefined : `${literal(name.slice(0, at)).sql}, ${name.slice(at + 1)}`;
      yield {
        object: `node ${name}`,
        found: `the coordinator ${takesShards ? 'takes' : 'still holds'} shards: there a statement finds the context that does not reach a worker, so a test passes that would find no row, or a foreign one, on a cluster.`,
        evidence: [`shouldhaveshards: ${takesShards}; shards of distributed tables: ${shards}`],
        fix: 'Add a worker, and move the shards to the workers.',
        ...(node !== undefined && {
          fixSql: [
            `select citus_set_node_property(${node}, 'shouldhaveshards', false);`,
            ...(shards > 0 ? [`select citus_drain_node(${node});`] : []),
          ],
        }),
        needsSuperuser: true,
      };
    }
  },
};
