import { type PgTable, pgSchema, pgTable } from 'drizzle-orm/pg-core';
import type { LiveColumn, LiveTable } from '../model/live.ts';
import type { TableName } from '../model/table.ts';
import { type ColumnRules, liveColumns } from './live-columns.ts';

/** What a Drizzle table of a table of the catalogue is made of. */
export interface TableParts extends ColumnRules {
  /** The table as it is or will be in the database; undefined when it is made anew. */
  readonly live: LiveTable | undefined;
  /** Columns that are made instead of those of their name in the database. Default: none. */
  readonly own?: Readonly<Record<string, unknown>>;
  /** The third argument of `pgTable`. */
  readonly extras: (columns: Readonly<Record<string, { readonly name: string }>>) => unknown[];
}

/** A table of a database as a schema module of Drizzle would have it. */
export function pgTableOf(
  { schema, name }: TableName,
  { live, own = {}, extras, ...rules }: TableParts,
): { readonly table: PgTable; readonly properties: readonly string[] } {
  const taken = new Set(Object.values(own).map(nameOfBuilder));
  const rest = (live?.columns ?? []).filter((column: LiveColumn) => !taken.has(column.name));
  const columns = { ...own, ...(live && liveColumns(live, rest, rules)) };
  const make = (schema === 'public' ? pgTable : pgSchema(schema).table) as typeof pgTable;
  const table = make(name, columns as never, (t: object) => extras(t as never) as never);
  return { table, properties: Object.keys(columns) };
}

const nameOfBuilder = (builder: unknown): string =>
  (builder as { readonly config: { readonly name: string } }).config.name;
