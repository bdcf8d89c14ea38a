import { literal, name } from '@tenantry/core/sql';
import type { TenantTable } from '../../rows/index.ts';
import type { Session } from '../client.ts';
import type { Rewindable } from './rewindable.ts';

/** A table with the rows that it should have, in a temporary table beside it. */
export interface Wanted extends Rewindable {
  /** The columns that are compared and written; all others stay as they are. */
  readonly columns: readonly string[];
  /** Columns whose values are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** Whether values of json are compared without their blanks. */
  readonly loose: boolean;
}

/** The temporary table: the columns of the table, whether a row should be there, and what of it is not known. */
export const wantedName = ({ oid }: TenantTable): string => `pg_temp.tenantry_wanted_${oid}`;

/** Marks of a wanted row. */
export const there = 'w.tenantry_there';
export const unknown = 'w.tenantry_unknown';

/** Whether a row `w` is that of the row `t`. */
export const sameKey = ({ key }: TenantTable, other = 't'): string =>
  key.map((column) => `${other}.${name(column).sql} = w.${name(column).sql}`).join(' and ');

/** The rows of the tenant, with the alias `t`. */
export const present = ({ from, condition }: TenantTable): string =>
  `(select t.* from ${from} where ${condition}) t`;

/**
 * Makes the temporary table. It has the defaults of the table, so that a row which comes back has them where
 * its own value is not known. Other roles of this transaction write it too; no other session sees it.
 */
export async function makeWanted(session: Session, table: TenantTable): Promise<void> {
  const own = wantedName(table);
  const open = table.columns.map((column) => `alter column ${name(column.name).sql} drop not null`);
  // it is the tenant of a transaction
  if (table.tenantColumn !== undefined)
    open.push(`alter column ${name(table.tenantColumn).sql} drop default`);
  await session.query(
    `create temp table ${own.replace('pg_temp.', '')} (like ${table.path} including defaults) on commit drop;
     alter table ${own} ${open.join(', ')}, add column tenantry_there boolean not null default true,
       add column tenantry_unknown text[] not null default '{}';
     create index on ${own} (${table.key.map((column) => name(column).sql).join(', ')});
     grant select, insert on ${own} to public`,
  );
}

/** A row as it should be; a value that is undefined is not known. */
export interface WantedRow {
  readonly there: boolean;
  readonly values: readonly (string | null | undefined)[];
}

const mostValues = 30_000;

/** Writes wanted rows, many with a statement. */
export async function writeWanted(
  session: Session,
  table: TenantTable,
  columns: readonly string[],
  rows: AsyncIterable<WantedRow> | Iterable<WantedRow>,
): Promise<void> {
  const names = columns.map((column) => name(column).sql);
  const into = `insert into ${wantedName(table)} (${[...names, 'tenantry_there', 'tenantry_unknown'].join(', ')}) values `;
  let tuples: string[] = [];
  let given: (string | null)[] = [];
  const send = async () => {
    if (tuples.length > 0) await session.query(into + tuples.join(', '), given);
    tuples = [];
    given = [];
  };
  for await (const row of rows) {
    const missing = columns.filter((_, i) => row.values[i] === undefined);
    const values = row.values.map((value) => {
      if (value === undefined) return 'default';
      given.push(value);
      return `$${given.length}`;
    });
    given.push(`{${missing.map((column) => JSON.stringify(column)).join(',')}}`);
    tuples.push(`(${[...values, row.there, `$${given.length}::text[]`].join(', ')})`);
    if (given.length > mostValues - columns.length * 2) await send();
  }
  await send();
  await session.query(`analyze ${wantedName(table)}`);
}

/** The text by which a column is compared. A json is read from the log without its blanks. */
const textOf = ({ table, loose }: Wanted, column: string, of: 'w' | 't'): string => {
  const type = table.columns.find(({ name: each }) => each === column)?.type;
  return `${of}.${name(column).sql}${type === 'json' && loose ? '::jsonb' : ''}::text`;
};

/** The values of columns as they are compared: wanted, then present. */
export const compared = (wanted: Wanted): string[] =>
  wanted.columns.flatMap((column) => [textOf(wanted, column, 'w'), textOf(wanted, column, 't')]);

/** Whether a column of a row differs and is known. */
export const differs = (wanted: Wanted, column: string): string =>
  `(not ${literal(column).sql} = any (${unknown})
    and ${textOf(wanted, column, 'w')} is distinct from ${textOf(wanted, column, 't')})`;
