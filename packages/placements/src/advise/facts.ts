/** What a database says about a table of tenants. Sizes are in bytes. */
export interface TableFacts {
  /** `public.items`. */
  readonly table: string;
  readonly partitioned: boolean;
  /** Of the table with its indexes and partitions. */
  readonly bytes: number;
  /** As the database estimates it; null before its first ANALYZE. */
  readonly rows: number | null;
  readonly deadRows: number;
  /** The largest tenants in a sample of its rows, with their share of it, 0 to 1. */
  readonly largest: readonly { readonly tenant: string; readonly share: number }[];
  /** How many rows the sample had. */
  readonly sampled: number;
}

/** How Citus has spread the rows of tenants. Sizes are in bytes. */
export interface ClusterFacts {
  /** The nodes with shards: `worker-1:5432`. */
  readonly nodes: readonly { readonly node: string; readonly bytes: number }[];
  /** How many parts the tenants are spread over. The shards of all tables for one part move together. */
  readonly shards: number;
  /** The size of the largest part, with all its tables. */
  readonly largestShard: number;
}

/** What a database says about itself. */
export interface DatabaseFacts {
  readonly bytes: number;
  /** What PostgreSQL believes that it and the system can cache (`effective_cache_size`), in bytes. */
  readonly cacheBytes: number;
  /** The share of block reads that the cache of PostgreSQL answered, 0 to 1; null without reads. */
  readonly cacheHits: number | null;
  readonly connections: number;
  readonly maxConnections: number;
  readonly tables: readonly TableFacts[];
  /** Where the tables are distributed by Citus. */
  readonly cluster?: ClusterFacts;
}
