import { type Queryable, runStatement, statement } from '@tenantry/core/sql';
import type { ClusterFacts } from './facts.ts';

/** What the nodes of Citus hold: the sizes of the tables by path, and how the rows are spread. */
export interface Cluster {
  readonly facts: ClusterFacts;
  readonly bytesOf: ReadonlyMap<string, number>;
}

/** Reads the shards of the cluster; undefined where there is none. */
export async function readCluster(db: Queryable): Promise<Cluster | undefined> {
  const [{ citus } = {}] = await runStatement<{ citus: boolean }>(
    db,
    statement`select exists (select from pg_catalog.pg_extension where extname = 'citus') as citus`,
  );
  if (citus !== true) return undefined;
  const shards = await runStatement<{ path: string; place: string; node: string; bytes: string }>(
    db,
    // the shards of one place of the ring, of all tables, move together
    statement`select n.nspname || '.' || c.relname as path, s.colocation_id || ' ' || p.shardminvalue as place,
        s.nodename || ':' || s.nodeport as node, s.shard_size::text as bytes
      from pg_catalog.citus_shards s
      join pg_catalog.pg_dist_shard p on p.shardid = s.shardid
      join pg_catalog.pg_class c on c.oid = s.table_name
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where s.citus_table_type = 'distributed'`,
  );
  if (shards.length === 0) return undefined;
  const sum = (key: 'path' | 'place' | 'node') => {
    const sums = new Map<string, number>();
    for (const shard of shards)
      sums.set(shard[key], (sums.get(shard[key]) ?? 0) + Number(shard.bytes));
    return sums;
  };
  const groups = [...sum('place').values()];
  return {
    bytesOf: sum('path'),
    facts: {
      nodes: [...sum('node')]
        .map(([node, bytes]) => ({ node, bytes }))
        .sort((a, b) => a.node.localeCompare(b.node)),
      shards: groups.length,
      largestShard: Math.max(...groups),
    },
  };
}
