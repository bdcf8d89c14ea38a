import type { ColumnLike } from '@tenantry/rls';
import { type SQL, sql } from 'drizzle-orm';
import { bigint, check, date, text } from 'drizzle-orm/pg-core';
import { newId } from '../ids.ts';
import { tenancy } from '../tenancy.ts';

// What many tables have alike.

/** An id: made here, or by the database where SQL inserts a row without one. */
export const id = () => tenancy.columns.id().$defaultFn(newId);

/** The business, the id and the times of a row. */
export const common = () => ({
  ...tenancy.columns.scoped(),
  id: id(),
  ...tenancy.columns.timestamps(),
});

/** An amount in the smallest unit of its currency: 4.50 EUR is 450, 450 JPY is 450. */
export const amount = (name: string) => bigint(name, { mode: 'number' });

/** The currency of the amounts of a row, by its code of ISO 4217. */
export const currency = () => text().notNull();

/** A day without a time: '2026-03-31'. */
export const day = (name: string) => date(name, { mode: 'string' });

/** The column of a row's client: deleting the client leaves the row. */
export const ofClient = () => text('client_id');

/** `check (status in ('draft', 'sent'))` */
export const oneOf = (name: string, column: ColumnLike, values: readonly string[]) =>
  check(name, sql`${column as unknown as SQL} in (${sql.raw(values.map(quoted).join(', '))})`);

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** Whether a text is a code of three capital letters; which codes there are, the application knows. */
export const isCurrency = (name: string, column: ColumnLike) =>
  check(name, sql`${column as unknown as SQL} ~ '^[A-Z]{3}$'`);
