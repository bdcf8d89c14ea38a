import { sql } from 'drizzle-orm';
import { customType } from 'drizzle-orm/pg-core';
import type { LiveColumn, LiveTable } from '../model/live.ts';

interface Builder {
  notNull(): Builder;
  primaryKey(): Builder;
  default(value: unknown): Builder;
  generatedAlwaysAs(expression: unknown): Builder;
}

/** How columns of a database become columns of Drizzle. */
export interface ColumnRules {
  /** The property of a column. */
  readonly keyOf: (column: string) => string;
  /** The default that a column shall have, as SQL. Default: none. */
  readonly defaultOf?: (column: LiveColumn) => string | undefined;
}

/** The columns of a table of a database, for `pgTable`. */
export function liveColumns(
  table: LiveTable,
  columns: readonly LiveColumn[],
  { keyOf, defaultOf = () => undefined }: ColumnRules,
): Record<string, unknown> {
  const primary = table.keys.find(({ kind }) => kind === 'primary')?.columns ?? [];
  return Object.fromEntries(
    columns.map((column) => {
      const isKey = primary.length === 1 && primary[0] === column.name;
      return [keyOf(column.name), columnOf(column, isKey, defaultOf(column))];
    }),
  );
}

function columnOf(column: LiveColumn, isKey: boolean, value: string | undefined): Builder {
  const type = customType<{ data: unknown }>({ dataType: () => typeOf(column) });
  let built = type(column.name) as unknown as Builder;
  if (column.notNull) built = built.notNull();
  if (isKey) built = built.primaryKey();
  if (value !== undefined) built = built.default(sql.raw(value));
  if (column.generated) built = built.generatedAlwaysAs(sql.raw('null'));
  return built;
}

const serials: Readonly<Record<string, string>> = {
  smallint: 'smallserial',
  integer: 'serial',
  bigint: 'bigserial',
};

/** The type as Drizzle writes it: `varchar(40)`, and `serial` for an integer with a sequence of its own. */
function typeOf({ type, serial }: LiveColumn): string {
  if (serial) return serials[type] ?? type;
  return type.replace(/^character varying/, 'varchar').replace(/^character\b/, 'char');
}
