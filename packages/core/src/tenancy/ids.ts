import { TenantryError } from '../errors/index.ts';

/**
 * How ids are stored: as `uuid`; as `text`, also varchar(n) and char(n) (nanoid, ULID, prefixed ids such
 * as `org_2x…`); as `integer` or `bigint`, also serial, bigserial and identity columns.
 */
export type IdKind = 'uuid' | 'text' | 'integer' | 'bigint';

/**
 * An id in TypeScript: `integer` is a number and `bigint` a bigint, because a number is not exact beyond
 * 2^53. All others are texts.
 */
export type IdValue<K extends IdKind> = K extends 'integer'
  ? number
  : K extends 'bigint'
    ? bigint
    : string;

/** An id that is passed in: for `bigint` also a number that is exact, such as 42. */
export type IdInput<K extends IdKind> = IdValue<K> | (K extends 'bigint' ? number : never);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const text = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63}) *$/;
const digits = /^[1-9]\d{0,18}$/;
const greatest = { integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n };

const fixes: Readonly<Record<IdKind, string>> = {
  uuid: 'Pass a uuid such as 018f4d7e-0000-7000-8000-000000000000.',
  text: 'Pass 1 to 64 letters, digits, _ or -, starting with a letter or digit.',
  integer: `Pass a whole number from 1 to ${greatest.integer}.`,
  bigint: `Pass a bigint, or its digits, from 1 to ${greatest.bigint}; a number only up to 2^53 - 1.`,
};

export const isIdKind = (value: unknown): value is IdKind =>
  typeof value === 'string' && Object.hasOwn(fixes, value);

/**
 * Checks an id and returns it as text, in the spelling that PostgreSQL returns (uuids in lower case).
 *
 * - `text`: 1 to 64 ASCII letters, digits, `_` and `-`, so look-alike characters, spaces, NUL bytes and
 *   over-long values never reach the database. Ids are case-sensitive: `Org_1` and `org_1` are two
 *   tenants. Spaces at the end are dropped, because PostgreSQL fills char(n) with them.
 * - `integer`, `bigint`: a whole number, or its decimal digits, from 1 to the end of the type. 0 is
 *   refused: no sequence gives it, and `Number('')` and `Number(null)` do. A number beyond 2^53 may
 *   already be another one and is refused too.
 *
 * @throws TenantryError `TENANT_ID_MALFORMED`
 */
export function parseId(kind: IdKind, value: unknown): string {
  if (kind === 'integer' || kind === 'bigint') return parseNumber(kind, value);
  if (typeof value === 'string') {
    if (kind === 'uuid' && uuid.test(value)) return value.toLowerCase();
    const [, id] = (kind === 'text' && text.exec(value)) || [];
    if (id !== undefined) return id;
  }
  throw malformed(kind, shown(value));
}

function parseNumber(kind: 'integer' | 'bigint', value: unknown): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw malformed(kind, `${shown(value)}, which is beyond 2^53 and not exact`);
  const given = isNumber ? String(value) : value;
  if (typeof given !== 'string' || !digits.test(given)) throw malformed(kind, shown(value));
  if (BigInt(given) > greatest[kind]) throw malformed(kind, `${shown(value)}, out of range`);
  return given;
}

/** The id in TypeScript of an id as text. */
export function idValue<K extends IdKind>(kind: K, id: string): IdValue<K> {
  const value = kind === 'integer' ? Number(id) : kind === 'bigint' ? BigInt(id) : id;
  return value as IdValue<K>;
}

const malformed = (kind: IdKind, found: string) =>
  new TenantryError('TENANT_ID_MALFORMED', { found, fix: fixes[kind] });

/** A malformed number is nobody's id and is shown; of a text, which may be anything, only the length. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint')
    return `the ${typeof value} ${String(value).slice(0, 24)}`;
  if (typeof value !== 'string') return typeof value;
  return /^[-+.eE\d]{1,24}$/.test(value)
    ? `the text '${value}'`
    : `a string of ${value.length} characters`;
}
