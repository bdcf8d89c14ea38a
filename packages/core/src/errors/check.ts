import type { ErrorCode } from './registry.ts';
import { TenantryError } from './tenantry-error.ts';

/**
 * Throws unless a condition holds, for options and arguments.
 * @param found what was found, without a value that may be secret
 * @param code Default: 'CONFIG_INVALID'.
 * @throws TenantryError of the code
 */
export function check(
  holds: boolean,
  found: string,
  fix?: string,
  code: ErrorCode = 'CONFIG_INVALID',
): asserts holds {
  if (!holds) throw new TenantryError(code, { found, ...(fix !== undefined && { fix }) });
}

/** The range of a number, and its name in the error. */
export interface NumberRange {
  /** Its name for the caller: `option batchSize`, `amount`. */
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  /** Default: 'CONFIG_INVALID'. */
  readonly code?: ErrorCode;
}

/** Returns a value that is a whole number in a range; otherwise throws as {@link check} does. */
export function wholeNumber(value: unknown, { name, least, greatest, code }: NumberRange): number {
  const holds = Number.isInteger(value) && Number(value) >= least && Number(value) <= greatest;
  check(holds, `${name} ${shown(value)}`, `Use a whole number from ${least} to ${greatest}.`, code);
  return value as number;
}

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

/** A value in a message, short. */
const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `of type ${typeof value}`;
