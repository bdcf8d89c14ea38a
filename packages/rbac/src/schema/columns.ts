import type { IdKind, Tenancy, TenancyColumns } from '@tenantry/core';
import { columnTypes } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { isBuiltIn } from '../definition/built-in-id.ts';

const { defaulted, key, required, text, time, uuid } = columnTypes;
type Id<U extends IdKind> = columnTypes.Id<U>;
type Required<B extends { notNull(): unknown }> = columnTypes.NotNull<B>;
type TextArray = ReturnType<columnTypes.Text['array']>;
type GeneratedId = ReturnType<columnTypes.Uuid['generatedAlwaysAs']>;
type Scoped<I extends string, K extends IdKind> = ReturnType<TenancyColumns<I, K>['scoped']>;

/**
 * The columns of each table, to spread into a `pgTable`. You can add your own columns. `I` is the
 * tenant's property, `K` and `U` are the kinds of the ids of tenants and users.
 */
export interface RbacColumns<I extends string, K extends IdKind, U extends IdKind> {
  users(): { email: Required<columnTypes.Text> };
  memberships(): Scoped<I, K> & {
    userId: Required<Id<U>>;
    joinedAt: columnTypes.Defaulted<columnTypes.Time>;
  };
  builtInRoles(): {
    /** Derived from the key: the same in every database. */
    id: Required<columnTypes.Uuid>;
    key: Required<columnTypes.Text>;
    name: Required<columnTypes.Text>;
    parentId: columnTypes.Uuid;
  };
  builtInRolePermissions(): {
    roleId: Required<columnTypes.Uuid>;
    permission: Required<columnTypes.Text>;
  };
  roles(): Scoped<I, K> & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    key: Required<columnTypes.Text>;
    name: Required<columnTypes.Text>;
    /** The parent, where it is a role of the tenant. */
    parentId: columnTypes.Uuid;
    /** The parent, where it is a built-in role. */
    builtInParentId: columnTypes.Uuid;
  };
  permissions(): {
    key: Required<columnTypes.Text>;
    resource: Required<columnTypes.Text>;
    action: Required<columnTypes.Text>;
    description: columnTypes.Defaulted<columnTypes.Text>;
  };
  rolePermissions(): Scoped<I, K> & {
    roleId: Required<columnTypes.Uuid>;
    permission: Required<columnTypes.Text>;
  };
  memberRoles(): Scoped<I, K> & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    userId: Required<Id<U>>;
    roleId: Required<columnTypes.Uuid>;
    ownRoleId: GeneratedId;
    builtInRoleId: GeneratedId;
    resourceType: columnTypes.Text;
    resourceId: columnTypes.Text;
    expiresAt: columnTypes.Time;
    createdAt: columnTypes.Defaulted<columnTypes.Time>;
  };
  invitations(): Scoped<I, K> & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    email: Required<columnTypes.Text>;
    roleId: Required<columnTypes.Uuid>;
    ownRoleId: GeneratedId;
    builtInRoleId: GeneratedId;
    tokenHash: Required<columnTypes.Text>;
    invitedBy: Id<U>;
    expiresAt: Required<columnTypes.Time>;
    acceptedAt: columnTypes.Time;
    acceptedBy: Id<U>;
    revokedAt: columnTypes.Time;
    createdAt: columnTypes.Defaulted<columnTypes.Time>;
  };
  apiKeys(): Scoped<I, K> & {
    /** Who acts where the key is used, as the id of a user is. */
    id: columnTypes.Defaulted<Id<U>>;
    name: Required<columnTypes.Text>;
    /** The first four characters after the prefix, for people who compare keys. */
    hint: Required<columnTypes.Text>;
    permissions: Required<TextArray>;
    createdBy: Required<Id<U>>;
    createdAt: columnTypes.Defaulted<columnTypes.Time>;
    expiresAt: columnTypes.Time;
    rotatedAt: columnTypes.Time;
    revokedAt: columnTypes.Time;
  };
}

/**
 * A role of either kind, by the form of its id. One column is written; a foreign key stands on each of
 * the two that are generated from it, so the database holds both and a deleted role takes its rows along.
 */
const anyRole = () => ({
  roleId: required(uuid('role_id')),
  ownRoleId: generated('own_role_id', `not ${isBuiltIn('"role_id"')}`),
  builtInRoleId: generated('built_in_role_id', isBuiltIn('"role_id"')),
});
const generated = (name: string, when: string) =>
  uuid(name).generatedAlwaysAs(sql.raw(`case when ${when} then "role_id" end`)) as GeneratedId;

/** An id that no user has: a key acts like one. */
const keyIds: Readonly<Record<IdKind, string>> = {
  uuid: 'gen_random_uuid()',
  text: `('key_' || gen_random_uuid())`,
  // far below what users have: an import gives them 0 and small negative numbers
  integer: '(-1073741825 - floor(random() * 1073741824))::integer',
  bigint: '(-4503599627370497 - floor(random() * 4503599627370495))::bigint',
};

const rowId = () => defaulted(uuid('id'), sql`gen_random_uuid()`);
const now = (name: string) => defaulted(time(name), sql`now()`);

/** Makes the columns of each table. */
export function columnsOf<I extends string, K extends IdKind, U extends IdKind>(
  tenancy: Tenancy,
  userId: U,
): RbacColumns<I, K, U> {
  const scoped = () => tenancy.columns.scoped() as Scoped<I, K>;
  const optionalUser = (name: string) =>
    columnTypes.id(userId, name) as Id<U> & { notNull(): unknown };
  const user = (name: string) => required(optionalUser(name)) as Required<Id<U>>;
  return {
    users: () => ({ email: required(text('email')) }),
    memberships: () => ({ ...scoped(), userId: user('user_id'), joinedAt: now('joined_at') }),
    builtInRoles: () => ({
      id: key(uuid('id')),
      key: required(text('key')),
      name: required(text('name')),
      parentId: uuid('parent_id'),
    }),
    builtInRolePermissions: () => ({
      roleId: required(uuid('role_id')),
      permission: required(text('permission')),
    }),
    roles: () => ({
      ...scoped(),
      id: rowId(),
      key: required(text('key')),
      name: required(text('name')),
      // two columns: a generated one could not be set to null with its parent
      parentId: uuid('parent_id'),
      builtInParentId: uuid('built_in_parent_id'),
    }),
    permissions: () => ({
      key: key(text('key')),
      resource: required(text('resource')),
      action: required(text('action')),
      description: defaulted(text('description'), ''),
    }),
    rolePermissions: () => ({
      ...scoped(),
      roleId: required(uuid('role_id')),
      permission: required(text('permission')),
    }),
    memberRoles: () => ({
      ...scoped(),
      id: rowId(),
      userId: user('user_id'),
      ...anyRole(),
      resourceType: text('resource_type'),
      resourceId: text('resource_id'),
      expiresAt: time('expires_at'),
      createdAt: now('created_at'),
    }),
    invitations: () => ({
      ...scoped(),
      id: rowId(),
      email: required(text('email')),
      ...anyRole(),
      tokenHash: required(text('token_hash')),
      invitedBy: optionalUser('invited_by'),
      expiresAt: required(time('expires_at')),
      acceptedAt: time('accepted_at'),
      acceptedBy: optionalUser('accepted_by'),
      revokedAt: time('revoked_at'),
      createdAt: now('created_at'),
    }),
    apiKeys: () => ({
      ...scoped(),
      id: defaulted(optionalUser('id') as never, sql.raw(keyIds[userId])) as never,
      name: required(text('name')),
      hint: required(text('hint')),
      permissions: required(text('permissions').array()) as Required<TextArray>,
      createdBy: user('created_by'),
      createdAt: now('created_at'),
      expiresAt: time('expires_at'),
      rotatedAt: time('rotated_at'),
      revokedAt: time('revoked_at'),
    }),
  };
}
