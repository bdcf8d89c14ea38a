import type { RowsClient } from '../rows/tenant-tables.ts';

/** A query whose values are read as PostgreSQL writes them. */
interface TextQuery {
  readonly text: string;
  readonly values: unknown[];
  readonly rowMode: 'array';
  readonly types: { getTypeParser(): (value: string) => string };
}

/** A connection that holds a transaction: a client of pg, or of a tenant pool in a system scope. */
export interface Session extends RowsClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  query(query: TextQuery): Promise<{ rows: unknown[] }>;
}

/** A row: what PostgreSQL writes for each value. */
export type TextRow = readonly (string | null)[];

const types = { getTypeParser: () => (value: string) => value };

/** Runs a query and leaves its values as they come: no parser of the application sees them. */
export const textRows = async (
  session: Session,
  text: string,
  values: unknown[] = [],
): Promise<TextRow[]> =>
  (await session.query({ text, values, rowMode: 'array', types })).rows as TextRow[];

/** How values are written and read: the same on both sides, whatever login and database have set. */
export const settings = [
  "set local timezone = 'UTC'",
  "set local datestyle = 'ISO, MDY'",
  "set local intervalstyle = 'postgres'",
  'set local extra_float_digits = 1',
  "set local bytea_output = 'hex'",
  "set local lc_monetary = 'C'",
  "set local xmloption = 'content'",
];
