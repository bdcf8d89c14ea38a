import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { Model, SqlTable } from './model.ts';

/** A table whose changes one function writes down for all of them. */
export interface ChangedTable {
  readonly table: SqlTable;
  /** Whether each row belongs to a tenant. */
  readonly ofTenant: boolean;
  /** The columns that say which row of a tenant it is. */
  readonly keys: readonly string[];
}

/** Which row it is, as text: `free/projects`. */
export const keyOf = ({ keys }: ChangedTable, row: Ddl): Ddl =>
  keys.length === 0
    ? ddl`''`
    : join(
        keys.map((key) => ddl`${row}.${{ sql: key }}::text`),
        " || '/' || ",
      );

/**
 * `execute function tenantry.<called>(…)`: it is told what the table is, the column of the tenant or '',
 * the columns of the key, and whatever else.
 */
export const executesFor = (
  called: string,
  what: string,
  { table, ofTenant, keys }: ChangedTable,
  more: readonly string[] = [],
): Ddl => {
  const given = [what, ofTenant ? bareName(table.tenant) : '', keys.join(','), ...more];
  return ddl`execute function tenantry.${{ sql: called }}(${join(given.map(literal))})`;
};

/** The tenant of a row, as jsonb, in a function of {@link executesFor}. */
export const toldTenant = (model: Model, row: Ddl): Ddl =>
  ddl`(${row}->>tg_argv[1])::${model.tenantType}`;

/** Its key. */
export const toldKey = (row: Ddl): Ddl =>
  ddl`coalesce((select string_agg(${row}->>u.k, '/' order by u.n) from unnest(string_to_array(tg_argv[2], ',')) with ordinality u (k, n)), '')`;

/** A name without its quotes. */
export const bareName = ({ sql }: Ddl): string => sql.slice(1, -1).replaceAll('""', '"');
