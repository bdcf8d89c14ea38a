import { TenantryError } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { isoDate, storableText } from '@tenantry/core/sql';

const longestId = 255;
const keyForm = /^[a-z][a-z0-9_-]{0,62}$/;

/** The id of a user; a malformed id belongs to no member. */
export const userOf = (user: unknown): string =>
  storableText(user, { name: 'a user id', most: longestId, code: 'MEMBER_UNKNOWN' });

/** The key of an existing role. */
export const roleOf = (role: unknown): string =>
  storableText(role, { name: 'the key of a role', most: 63, code: 'ROLE_UNKNOWN' });

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
  storableText(permission, { name: 'a permission', most: 130, code: 'PERMISSION_UNKNOWN' });

/** The resource of an assignment; nulls for none. */
export function resourceOf(on: { readonly type: string; readonly id: string } | undefined): {
  readonly type: string | null;
  readonly id: string | null;
} {
  checkType(on, 'object?', 'a resource', 'RESOURCE_UNKNOWN');
  if (on === undefined) return { type: null, id: null };
  return {
    type: storableText(on.type, {
      name: 'the type of a resource',
      most: 63,
      code: 'RESOURCE_UNKNOWN',
    }),
    id: storableText(on.id, {
      name: 'the id of a resource',
      most: longestId,
      code: 'RESOURCE_UNKNOWN',
    }),
  };
}

/** When something ends, as the database takes it; null for never. */
export const endOf = (expiresAt: Date | undefined): string | null =>
  expiresAt === undefined ? null : isoDate(expiresAt, { name: 'expiresAt', code: 'VALUE_INVALID' });

/** What a role is called. */
export const nameOf = (name: unknown): string =>
  storableText(name, { name: 'a name', most: 200, code: 'ROLE_INVALID' });
