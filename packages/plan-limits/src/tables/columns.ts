import { bigint, boolean, integer, jsonb, text, timestamp } from 'drizzle-orm/pg-core';

// The types come from Drizzle's public functions, never from its internal names, which differ between
// 0.45 and 1.0. An instantiation picks the overload with that many type parameters on both.
export type NotNull<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;
type DefaultOf<B extends { default(value: never): unknown }> = ReturnType<B['default']>;
export type Preset<B extends { notNull(): { default(value: never): unknown } }> = DefaultOf<
  NotNull<B>
>;

export type Text = ReturnType<typeof text>;
export type Big = ReturnType<typeof bigint<'number'>>;
export type Int = ReturnType<typeof integer>;
export type Bool = ReturnType<typeof boolean>;
export type Json = ReturnType<typeof jsonb>;
export type Time = ReturnType<typeof timestamp<'date'>>;

/** A builder with a type that both versions of Drizzle name. */
const as = <T>(builder: unknown): T => builder as T;

export const textColumn = (name: string) => as<Text>(text(name));
export const bigColumn = (name: string) => as<Big>(bigint(name, { mode: 'number' }));
export const intColumn = (name: string) => as<Int>(integer(name));
export const boolColumn = (name: string) => as<Bool>(boolean(name));
export const jsonColumn = (name: string) => as<Json>(jsonb(name));
export const timeColumn = (name: string) => as<Time>(timestamp(name, { withTimezone: true }));

export const required = <B extends { notNull(): unknown }>(builder: B): NotNull<B> =>
  builder.notNull() as NotNull<B>;

/** Not null, with a default. */
export const defaulted = <B extends { notNull(): { default(value: never): unknown } }>(
  builder: B,
  value: unknown,
): Preset<B> =>
  as<{ default(value: unknown): unknown }>(builder.notNull()).default(value) as Preset<B>;
