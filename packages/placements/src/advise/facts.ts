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
}
