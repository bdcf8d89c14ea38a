import { check, type ErrorCode } from '../errors/index.ts';

/** The length of a text, and its name in the error. */
export interface TextRange {
  /** Its name for the caller: `the reason of an override`. */
  readonly name: string;
  /** Characters. Default: 1000. */
  readonly most?: number;
  /** Default: 'CONFIG_INVALID'. */
  readonly code?: ErrorCode;
}

/** Whether PostgreSQL stores a text as it was sent: it takes no NUL character and no lone surrogate. */
export const isStorableText = (value: unknown): value is string =>
  typeof value === 'string' && !/[\0\p{Cs}]/u.test(value);

/**
 * Returns a text of 1 to `most` characters that the database stores as it is; otherwise throws as
 * {@link check} does.
 */
export function storableText(value: unknown, { name, most = 1000, code }: TextRange): string {
  const holds = isStorableText(value) && value.length >= 1 && value.length <= most;
  const found = typeof value === 'string' ? `a text of ${value.length} characters` : typeof value;
  check(
    holds,
    `${name}, which is ${found}`,
    `Use 1 to ${most} characters, without NUL characters and lone surrogates.`,
    code,
  );
  return value as string;
}

/**
 * Returns a Date of the years 1 to 9999, which PostgreSQL has too, as ISO 8601; otherwise throws as
 * {@link check} does.
 */
export function isoDate(value: unknown, { name, code }: Omit<TextRange, 'most'>): string {
  const year = value instanceof Date ? value.getUTCFullYear() : Number.NaN;
  check(
    year >= 1 && year <= 9999,
    `${name}, which is no Date of the years 1 to 9999`,
    'Pass a Date that exists.',
    code,
  );
  return (value as Date).toISOString();
}
