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

/** The group is the id. */
const forms: Readonly<Record<IdKind, RegExp>> = {
  uuid: /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i,
  text: /^([\w-][\w.-]{0,127}) *$/,
  integer: /^(0|-?[1-9]\d{0,9})$/,
  bigint: /^(0|-?[1-9]\d{0,18})$/,
};

const wanted: Readonly<Record<IdKind, string>> = {
  uuid: 'a uuid such as 018f4d7e-0000-7000-8000-000000000000',
  text: '1 to 128 letters, digits, _, - or ., not starting with .',
  integer: 'a whole number from -2147483648 to 2147483647',
  bigint: 'a bigint or its digits, from -2^63 to 2^63 - 1; a number only up to 2^53 - 1',
};

export const isIdKind = (value: unknown): value is IdKind =>
  typeof value === 'string' && Object.hasOwn(forms, value);

/**
 * Checks an id and returns it as text, in the spelling that PostgreSQL returns (uuids in lower case).
 *
 * - `text`: 1 to 128 ASCII letters, digits, `_`, `-` and `.`, with no `.` in front, so look-alike
 *   characters, spaces, NUL bytes and over-long values never reach the database. Ids are case-sensitive:
 *   `Org_1` and `org_1` are two tenants. Spaces at the end are dropped, because PostgreSQL fills char(n)
 *   with them.
 * - `integer`, `bigint`: every whole number of the type, or its decimal digits; 0 and negative ones too,
 *   which imports and hand-made rows have. A number beyond 2^53 may already be another one and is refused.
 *
 * @throws TenantryError `TENANT_ID_MALFORMED`
 */
export function parseId(kind: IdKind, value: unknown): string {
  const bits = kind === 'integer' ? 31n : kind === 'bigint' ? 63n : 0n;
  const isExact = bits > 0n && (typeof value === 'bigint' || Number.isSafeInteger(value));
  const given = isExact ? String(value) : value;
  const id = typeof given === 'string' ? forms[kind].exec(given)?.[1] : undefined;
  if (id !== undefined && (bits === 0n || fits(BigInt(id), bits)))
    return kind === 'uuid' ? id.toLowerCase() : id;
  throw new TenantryError('TENANT_ID_MALFORMED', {
    found: shown(value),
    fix: `Pass ${wanted[kind]}.`,
  });
}

/** Whether a signed type of that many bits, beside the sign, has the number. */
const fits = (id: bigint, bits: bigint): boolean => (id < 0n ? ~id : id) >> bits === 0n;

/** The id in TypeScript of an id as text. */
export function idValue<K extends IdKind>(kind: K, id: string): IdValue<K> {
  const value = kind === 'integer' ? Number(id) : kind === 'bigint' ? BigInt(id) : id;
  return value as IdValue<K>;
}

/** A malformed number is nobody's id and is shown; of a text, which may be anything, only the length. */
function shown(value: unknown): string {
  const type = typeof value;
  if (type === 'string' && !/^[-+.\de]{1,24}$/i.test(value as string))
    return `a string of ${(value as string).length} characters`;
  return /^(string|number|bigint)$/.test(type) ? `the ${type} ${String(value).slice(0, 24)}` : type;
}
