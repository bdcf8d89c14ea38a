import { type ErrorCode, TenantryError } from '@tenantry/core';

const unstorable = /[\0\p{Cs}]/u; // with the flag u only lone surrogates match

/** Whether a value is text that the database stores unchanged, of 1 to `most` characters. */
export const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= most && !unstorable.test(value);

/** Checks such a text. @throws TenantryError of the given code, without the value */
export function textOf(value: unknown, what: string, most: number, code: ErrorCode): string {
  if (isText(value, most)) return value;
  throw new TenantryError(code, {
    found: `${what} that is not text of 1 to ${most} characters, without NUL and lone surrogates.`,
  });
}

const longestId = 255;
const keyForm = /^[a-z][a-z0-9_-]{0,62}$/;

/** The id of a user; a malformed id belongs to no member. */
export const userOf = (user: unknown): string =>
  textOf(user, 'a user id', longestId, 'MEMBER_UNKNOWN');

/** The key of an existing role. */
export const roleOf = (role: unknown): string =>
  textOf(role, 'the key of a role', 63, 'ROLE_UNKNOWN');

/** The key of a role to be saved. */
export function newKey(key: unknown): string {
  if (typeof key === 'string' && keyForm.test(key)) return key;
  throw new TenantryError('ROLE_INVALID', {
    found: 'a key in another form',
    fix: 'Use lower-case letters, digits, _ and -, beginning with a letter; at most 63 characters.',
  });
}

/** The patterns that a role grants. */
export function patternsOf(permissions: readonly unknown[]): string[] {
  if (!Array.isArray(permissions)) throw new TenantryError('PERMISSION_UNKNOWN');
  return permissions.map((each) => permissionOf(each));
}

/** The key of a permission, or a pattern. */
export const permissionOf = (permission: unknown): string =>
  textOf(permission, 'a permission', 130, 'PERMISSION_UNKNOWN');

/** The resource of an assignment; nulls for none. */
export function resourceOf(on: { readonly type: string; readonly id: string } | undefined): {
  readonly type: string | null;
  readonly id: string | null;
} {
  if (on === undefined) return { type: null, id: null };
  return {
    type: textOf(on.type, 'the type of a resource', 63, 'RESOURCE_UNKNOWN'),
    id: textOf(on.id, 'the id of a resource', longestId, 'RESOURCE_UNKNOWN'),
  };
}

/** An end time as the database accepts it; null for never. */
export function endOf(expiresAt: Date | undefined): string | null {
  if (expiresAt === undefined) return null;
  const year = expiresAt instanceof Date ? expiresAt.getUTCFullYear() : Number.NaN;
  if (year >= 1 && year <= 9999) return expiresAt.toISOString();
  throw new TenantryError('VALUE_INVALID', {
    found: 'expiresAt, which is not a Date in the years 1 to 9999',
  });
}
