import type { IdColumn, IdKind, Tenancy } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import * as pg from 'drizzle-orm/pg-core';

// The types are taken from Drizzle's public functions, never from its internal names: those differ
// between 0.45 and 1.0. An instantiation picks the overload with that many type parameters on both.
type WithNotNull = { notNull(): { default(value: never): unknown } };

/** Not null. */
export type NotNull<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;
/** Not null, with a default. */
export type Defaulted<B extends WithNotNull> = ReturnType<NotNull<B>['default']>;

export type Text = ReturnType<typeof pg.text>;
export type Big = ReturnType<typeof pg.bigint<'number'>>;
export type Int = ReturnType<typeof pg.integer>;
export type Bool = ReturnType<typeof pg.boolean>;
export type Json = ReturnType<typeof pg.jsonb>;
export type Time = ReturnType<typeof pg.timestamp<'date'>>;
export type Uuid = ReturnType<typeof pg.uuid>;

export const text = (name: string): Text => pg.text(name) as unknown as Text;
/** bigint in the database, a number in JavaScript. */
export const big = (name: string): Big => pg.bigint(name, { mode: 'number' }) as unknown as Big;
export const int = (name: string): Int => pg.integer(name) as unknown as Int;
export const bool = (name: string): Bool => pg.boolean(name) as unknown as Bool;
export const json = (name: string): Json => pg.jsonb(name) as unknown as Json;
/** timestamptz in the database, a Date in JavaScript. */
export const time = (name: string): Time =>
  pg.timestamp(name, { withTimezone: true }) as unknown as Time;
export const uuid = (name: string): Uuid => pg.uuid(name) as unknown as Uuid;

/** A column of ids: bigint is a bigint in JavaScript. */
export type Id<K extends IdKind> = {
  uuid: Uuid;
  text: Text;
  integer: Int;
  bigint: ReturnType<typeof pg.bigint<'bigint'>>;
}[K];

/** A column for ids of a kind: of tenants, of users. */
export const id = <K extends IdKind>(kind: K, name: string): Id<K> =>
  ({
    uuid: () => uuid(name),
    text: () => text(name),
    integer: () => int(name),
    bigint: () => pg.bigint(name, { mode: 'bigint' }),
  })[kind]() as unknown as Id<K>;

/**
 * The id of a row of a feature, which nobody guesses and no sequence counts: a uuid, or text where the
 * ids of the tenancy are texts.
 */
export const rowId = (tenancy: Tenancy): IdColumn<'uuid' | 'text'> =>
  tenancy.id === 'text'
    ? tenancy.columns.id()
    : (defaulted(uuid('id'), sql`gen_random_uuid()`) as unknown as IdColumn<'uuid'>);

export const required = <B extends { notNull(): unknown }>(column: B): NotNull<B> =>
  column.notNull() as NotNull<B>;

/** Not null, with a default: a value, or SQL. */
export const defaulted = <B extends WithNotNull>(column: B, value: unknown): Defaulted<B> =>
  (column.notNull() as { default(value: unknown): unknown }).default(value) as Defaulted<B>;

/** The primary key. */
export const key = <B extends { primaryKey(): unknown; notNull(): unknown }>(column: B) =>
  column.primaryKey() as NotNull<B>;
