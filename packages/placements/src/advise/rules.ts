import type { DatabaseFacts, TableFacts } from './facts.ts';
import { bytes, percent, whole } from './words.ts';

/** What to do about a database, and the numbers that say so. */
export interface Advice {
  readonly rule:
    | 'analyze'
    | 'connections'
    | 'distribute'
    | 'isolate'
    | 'partition'
    | 'rebalance'
    | 'split-out'
    | 'vacuum';
  /** The table or the tenant that it is about; null for the whole database. */
  readonly subject: string | null;
  /** What was found, with numbers. */
  readonly found: string;
  readonly advice: string;
}

const GB = 1024 ** 3;

/** From where on each rule speaks. Sizes are in bytes, shares 0 to 1. */
export const thresholds = {
  splitOut: { share: 0.2, bytes: 10 * GB },
  partition: { bytes: 100 * GB, rows: 100_000_000 },
  vacuum: { share: 0.2, rows: 1_000_000 },
  connections: { share: 0.7 },
  distribute: { bytes: 1024 * GB, timesCache: 4, cacheHits: 0.95 },
  analyze: { bytes: GB / 8 },
  rebalance: { timesMean: 1.5, bytes: 10 * GB },
  isolate: { timesMean: 3, bytes: 10 * GB },
};
export type Thresholds = typeof thresholds;

/** What the facts of a database advise, the dearest first. */
export function adviceOf(facts: DatabaseFacts, from: Thresholds = thresholds): Advice[] {
  return [
    ...distribute(facts, from),
    ...rebalance(facts, from),
    ...isolate(facts, from),
    ...splitOut(facts, from),
    ...facts.tables.flatMap((table) => partition(table, from)),
    ...connections(facts, from),
    ...facts.tables.flatMap((table) => vacuum(table, from)),
    // of tables on the workers the coordinator has no statistics
    ...(facts.cluster === undefined ? facts.tables.flatMap((table) => analyze(table, from)) : []),
  ];
}

/** More data than one machine can keep at hand, and reads that notice it. */
function distribute(facts: DatabaseFacts, { distribute: from }: Thresholds): Advice[] {
  const { bytes: size, cacheBytes, cacheHits, cluster } = facts;
  if (cluster !== undefined) return [];
  const outOfMemory =
    size >= from.timesCache * cacheBytes && cacheHits !== null && cacheHits < from.cacheHits;
  if (size < from.bytes && !outOfMemory) return [];
  const hits = cacheHits === null ? '' : `, ${percent(cacheHits)} of its reads from the cache`;
  return [
    {
      rule: 'distribute',
      subject: null,
      found: `${bytes(size)} in one database, ${bytes(cacheBytes)} of cache${hits}`,
      advice:
        'Give its largest tenants databases of their own, or distribute the tables by tenant.',
    },
  ];
}

/** A node of Citus that has more than its share. */
function rebalance({ cluster }: DatabaseFacts, { rebalance: from }: Thresholds): Advice[] {
  if (cluster === undefined || cluster.nodes.length < 2) return [];
  const mean = meanOf(cluster.nodes.map(({ bytes: size }) => size));
  return cluster.nodes
    .filter(({ bytes: size }) => size >= from.bytes && size >= from.timesMean * mean)
    .map(({ node, bytes: size }) => ({
      rule: 'rebalance',
      subject: node,
      found: `${bytes(size)} of tenants, where a node has ${bytes(mean)} on average`,
      advice: 'Move shards from it while everybody works: select citus_rebalance_start();',
    }));
}

/** A part of the tenants that is much larger than the others: one of them is large. */
function isolate({ cluster }: DatabaseFacts, { isolate: from }: Thresholds): Advice[] {
  if (cluster === undefined) return [];
  const { largestShard, nodes, shards } = cluster;
  const mean = meanOf(nodes.map(({ bytes: size }) => size)) * (nodes.length / shards);
  if (largestShard < from.bytes || largestShard < from.timesMean * mean) return [];
  return [
    {
      rule: 'isolate',
      subject: null,
      found: `${bytes(largestShard)} in the largest of ${shards} shards, ${bytes(mean)} on average`,
      advice:
        "Give its largest tenant a shard of its own, which can then move: select isolate_tenant_to_new_shard('organizations', '<tenant>', 'CASCADE'); or a database of its own.",
    },
  ];
}

const meanOf = (sizes: readonly number[]) =>
  sizes.reduce((sum, size) => sum + size, 0) / sizes.length;

/** A tenant that has much of all tables together: what happens to it happens to everybody. */
function splitOut({ tables }: DatabaseFacts, { splitOut: from }: Thresholds): Advice[] {
  const all = tables.reduce((sum, table) => sum + table.bytes, 0);
  const of = new Map<string, number>();
  for (const { bytes: size, largest } of tables)
    for (const { tenant, share } of largest) of.set(tenant, (of.get(tenant) ?? 0) + share * size);
  return [...of]
    .filter(([, size]) => size >= from.bytes && size >= from.share * all)
    .sort(([, a], [, b]) => b - a)
    .map(([tenant, size]) => ({
      rule: 'split-out',
      subject: tenant,
      found: `about ${bytes(size)}, ${percent(size / all)} of all rows of tenants`,
      advice: 'Give it a database of its own.',
    }));
}

function partition(table: TableFacts, { partition: from }: Thresholds): Advice[] {
  if (table.partitioned || (table.bytes < from.bytes && (table.rows ?? 0) < from.rows)) return [];
  return [
    {
      rule: 'partition',
      subject: table.table,
      found: `${bytes(table.bytes)}${table.rows === null ? '' : `, about ${whole(table.rows)} rows`}, in one piece`,
      advice: 'Partition it by a hash of the tenant, or by time where old rows are dropped.',
    },
  ];
}

function vacuum(table: TableFacts, { vacuum: from }: Thresholds): Advice[] {
  const { deadRows, rows } = table;
  const share = deadRows / Math.max(1, (rows ?? 0) + deadRows);
  if (deadRows < from.rows || share < from.share) return [];
  return [
    {
      rule: 'vacuum',
      subject: table.table,
      found: `${whole(deadRows)} dead rows, ${percent(share)} of all`,
      advice:
        'Look for long transactions and replication slots that hold rows back, then lower autovacuum_vacuum_scale_factor for this table.',
    },
  ];
}

function connections(facts: DatabaseFacts, { connections: from }: Thresholds): Advice[] {
  const share = facts.connections / facts.maxConnections;
  if (share < from.share) return [];
  return [
    {
      rule: 'connections',
      subject: null,
      found: `${facts.connections} of ${facts.maxConnections} connections are open`,
      advice: 'Put a pooler in transaction mode in front of it, or lower `max` of the pools.',
    },
  ];
}

/** Plans, and the other rules, rest on what ANALYZE has found. */
function analyze(
  { table, rows, bytes: size }: TableFacts,
  { analyze: from }: Thresholds,
): Advice[] {
  if (rows !== null || size < from.bytes) return [];
  return [
    {
      rule: 'analyze',
      subject: table,
      found: `${bytes(size)}, never analyzed`,
      advice:
        'Run ANALYZE on it. A partitioned table needs it by hand: autovacuum sees its partitions only.',
    },
  ];
}
