import type { ColumnLike, ColumnsLike, Fragment } from '@tenantry/rls';
import { nameOf, objectName, tableOf } from '@tenantry/rls/feature';
import { type SQL, sql } from 'drizzle-orm';
import { check, index, primaryKey } from 'drizzle-orm/pg-core';

/** What spreads into the third argument of `pgTable`. */
export type LimitRule = Fragment | ReturnType<typeof check>;

const column = (t: ColumnsLike, property: string): ColumnLike => t[property] as ColumnLike;

/** Columns as pieces of SQL, by property. */
export const sqlOf = (t: ColumnsLike): Readonly<Record<string, SQL>> =>
  t as unknown as Readonly<Record<string, SQL>>;

const named = (t: ColumnsLike, property: string, ...rest: readonly string[]): string =>
  objectName(nameOf(tableOf(column(t, property))), ...rest);

/** A primary key over properties, in this order. */
export const keyOn = (t: ColumnsLike, first: string, ...more: readonly string[]): LimitRule =>
  primaryKey({
    name: named(t, first, 'pkey'),
    columns: [first, ...more].map((property) => column(t, property)) as unknown as [never],
  });

/** An index over properties. */
export const indexOver = (t: ColumnsLike, first: string, ...more: readonly string[]): LimitRule =>
  index(named(t, first, first, 'idx')).on(
    ...([first, ...more].map((property) => column(t, property)) as unknown as [never]),
  );

/** An index over properties, for the rows where a condition holds; named after the last of them. */
export const partialIndex = (
  t: ColumnsLike,
  properties: readonly [string, ...string[]],
  where: SQL,
): LimitRule => {
  const last = properties[properties.length - 1] as string;
  return index(named(t, last, last, 'idx'))
    .on(...(properties.map((property) => column(t, property)) as unknown as [never]))
    .where(where);
};

/** A check constraint, named after its property. */
export const rule = (t: ColumnsLike, property: string, condition: SQL): LimitRule =>
  check(named(t, property, property, 'check'), condition);

/** `in ('a', 'b')`, as text of the constraint. */
export const oneOf = (t: ColumnsLike, property: string, ...values: readonly string[]): LimitRule =>
  rule(
    t,
    property,
    sql`${sqlOf(t)[property]} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`,
  );

/** An integer that JavaScript can represent. */
export const countable = (t: ColumnsLike, property: string): LimitRule =>
  rule(t, property, sql`${sqlOf(t)[property]} between 0 and ${sql.raw(String(2 ** 53 - 1))}`);
