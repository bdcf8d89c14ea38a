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

/** A value in a message, short. */
const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `of type ${typeName(value)}`;

/** The type of a value: what `typeof` says, `null` or `array`. */
export const typeName = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
