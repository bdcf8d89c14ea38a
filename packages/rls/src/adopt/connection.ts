/** What adoption runs on: a client of pg as the login that owns the tables, outside a transaction. */
export interface AdoptConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** The rows of a query, as its caller knows them. */
export async function rowsOf<R>(
  connection: AdoptConnection,
  text: string,
  values: unknown[] = [],
): Promise<readonly R[]> {
  return (await connection.query(text, values)).rows as R[];
}
