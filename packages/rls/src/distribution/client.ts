/** A connection to the coordinator, of the login that owns the tables: a `pg.Client`. */
export interface DistributionClient {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}
