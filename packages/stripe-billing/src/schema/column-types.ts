import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, jsonb, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// Types are taken from Drizzle's public functions, never from its internal names: those differ
// between 0.45 and 1.0.
type NotNull<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;
type Defaulted<B extends { default(value: never): unknown }> = ReturnType<B['default']>;

export type TextColumn = ReturnType<typeof text>;
export type NumberColumn = ReturnType<typeof integer>;
export type BooleanColumn = ReturnType<typeof boolean>;
export type TimeColumn = ReturnType<typeof timestamp>;
export type JsonColumn = ReturnType<typeof jsonb>;
export type UuidColumn = ReturnType<typeof uuid>;
export type RequiredText = NotNull<TextColumn>;
export type RequiredNumber = NotNull<NumberColumn>;
export type RequiredBoolean = NotNull<BooleanColumn>;
export type RequiredTime = NotNull<TimeColumn>;
export type DefaultText = Defaulted<RequiredText>;
export type DefaultNumber = Defaulted<RequiredNumber>;
export type DefaultBoolean = Defaulted<RequiredBoolean>;
export type DefaultTime = Defaulted<RequiredTime>;
export type DefaultJson = Defaulted<NotNull<JsonColumn>>;
export type DefaultUuid = Defaulted<NotNull<UuidColumn>>;

export const textOf = (name: string): TextColumn => text(name) as TextColumn;
export const requiredText = (name: string): RequiredText => text(name).notNull() as RequiredText;
export const keyText = (name: string): NotNull<TextColumn> =>
  text(name).primaryKey() as unknown as NotNull<TextColumn>;
export const defaultText = (name: string, value: string): DefaultText =>
  text(name).notNull().default(value) as unknown as DefaultText;
export const requiredBoolean = (name: string): RequiredBoolean =>
  boolean(name).notNull() as RequiredBoolean;
export const no = (name: string): DefaultBoolean =>
  boolean(name).notNull().default(false) as unknown as DefaultBoolean;
export const time = (name: string): TimeColumn =>
  timestamp(name, { withTimezone: true }) as unknown as TimeColumn;
export const requiredTime = (name: string): RequiredTime =>
  timestamp(name, { withTimezone: true }).notNull() as unknown as RequiredTime;
export const now = (name: string): DefaultTime =>
  timestamp(name, { withTimezone: true }).notNull().defaultNow() as unknown as DefaultTime;
export const small = (name: string): NumberColumn => integer(name) as NumberColumn;
/** Amounts in the smallest unit of a currency, and counters: bigint in the database. */
export const amount = (name: string): NumberColumn =>
  bigint(name, { mode: 'number' }) as unknown as NumberColumn;
export const zero = (name: string): DefaultNumber =>
  bigint(name, { mode: 'number' }).notNull().default(0) as unknown as DefaultNumber;
export const json = (name: string): JsonColumn => jsonb(name) as JsonColumn;
export const emptyJson = (name: string): DefaultJson =>
  jsonb(name).notNull().default(sql`'{}'::jsonb`) as unknown as DefaultJson;
export const randomUuid = (name: string): DefaultUuid =>
  uuid(name).notNull().default(sql`gen_random_uuid()`) as unknown as DefaultUuid;
