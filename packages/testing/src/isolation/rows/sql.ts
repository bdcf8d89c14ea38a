import pg from 'pg';
import { identifier } from '../../sql/client.ts';
import type { Table } from '../model.ts';

/** The values of a row by column, as text that PostgreSQL reads; null for NULL. */
export type Values = Readonly<Record<string, string | null>>;

/** A value as a literal of the column's type. */
export function literal(table: Table, column: string, value: string | null): string {
  const type = table.columns.find(({ name }) => name === column)?.type ?? 'text';
  return value === null ? 'null' : `${pg.escapeLiteral(value).trimStart()}::${type}`;
}

/** `insert into … values (…)`, or the same as `select … from generate_series(1, 1)` */
export function insertSql(table: Table, values: Values, selects = false): string {
  const columns = Object.keys(values);
  if (columns.length === 0) return `insert into ${table.sql} default values`;
  const list = columns.map((column) => literal(table, column, values[column] ?? null)).join(', ');
  // the ids of the two tenants are given, also where the column is an identity that takes none
  const given = table.columns.some((each) => each.alwaysIdentity && each.name in values);
  const source = selects ? `select ${list} from generate_series(1, 1)` : `values (${list})`;
  return `insert into ${table.sql} (${columns.map(identifier).join(', ')})${given ? ' overriding system value' : ''} ${source}`;
}

/** The condition that finds one row by its key. */
export function isRow(table: Table, values: Values, columns = table.key): string {
  return columns
    .map((column) => {
      const value = values[column] ?? null;
      const name = identifier(column);
      return value === null ? `${name} is null` : `${name} = ${literal(table, column, value)}`;
    })
    .join(' and ');
}

/** `select` of a whole row as text, to be compared and used again. */
export const asText = (table: Table): string =>
  table.columns.map(({ name }) => `${identifier(name)}::text as ${identifier(name)}`).join(', ');
