/** A connection to the coordinator, of the login that owns the tables: a `pg.Client`. */
export interface DistributionClient {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  on?(
    event: 'notice',
    listener: (notice: { readonly message?: string | undefined }) => void,
  ): unknown;
  off?(
    event: 'notice',
    listener: (notice: { readonly message?: string | undefined }) => void,
  ): unknown;
}
