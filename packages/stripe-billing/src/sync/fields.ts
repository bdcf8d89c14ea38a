import type { Seconds } from './seconds.ts';

// Responses of Stripe are input. An SDK may be pinned to an old API version in which a field is elsewhere
// or missing, and a new version may drop one. So every field is read defensively, and a missing one is
// null.

/** An object of a response; {} for anything else. */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The objects of a list, with or without its envelope. */
export function listOf(value: unknown): readonly Fields[] {
  const list = Array.isArray(value) ? value : fieldsOf(value).data;
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

/** The last second of the year 9999; later times are invalid. */
const lastSecond = 253_402_300_799;

/** A time in whole seconds since 1970. */
export const timeOf = (value: unknown): Seconds =>
  typeof value === 'number' && value >= 0 && value <= lastSecond ? Math.floor(value) : null;

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** An integer that both bigint and JavaScript can represent. */
export const wholeOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) ? (value as number) : null;

/** An integer for an integer column. */
export function smallOf(value: unknown): number | null {
  const whole = wholeOf(value);
  return whole !== null && Math.abs(whole) <= 2_147_483_647 ? whole : null;
}

/** Texts by key, like metadata. */
export function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(fieldsOf(value)).filter(([, each]) => typeof each === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}
