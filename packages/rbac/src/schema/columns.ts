import type { IdKind, Tenancy, TenancyColumns } from '@tenantry/core';
import { columnTypes } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { commonTenant, type NullableIdOf } from './id-columns.ts';

const { defaulted, key, required, text, time, uuid } = columnTypes;
type Id<U extends IdKind> = U extends 'uuid' ? columnTypes.Uuid : columnTypes.Text;
type Required<B extends { notNull(): unknown }> = columnTypes.NotNull<B>;
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
  roles(): { [Key in I]: NullableIdOf<K> } & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    key: Required<columnTypes.Text>;
    name: Required<columnTypes.Text>;
    parentId: columnTypes.Uuid;
  };
  permissions(): {
    key: Required<columnTypes.Text>;
    resource: Required<columnTypes.Text>;
    action: Required<columnTypes.Text>;
    description: columnTypes.Defaulted<columnTypes.Text>;
  };
  rolePermissions(): { [Key in I]: NullableIdOf<K> } & {
    roleId: Required<columnTypes.Uuid>;
    permission: Required<columnTypes.Text>;
  };
  memberRoles(): Scoped<I, K> & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    userId: Required<Id<U>>;
    roleId: Required<columnTypes.Uuid>;
    resourceType: columnTypes.Text;
    resourceId: columnTypes.Text;
    expiresAt: columnTypes.Time;
    createdAt: columnTypes.Defaulted<columnTypes.Time>;
  };
  invitations(): Scoped<I, K> & {
    id: columnTypes.Defaulted<columnTypes.Uuid>;
    email: Required<columnTypes.Text>;
    roleId: Required<columnTypes.Uuid>;
    tokenHash: Required<columnTypes.Text>;
    invitedBy: Id<U>;
    expiresAt: Required<columnTypes.Time>;
    acceptedAt: columnTypes.Time;
    acceptedBy: Id<U>;
    revokedAt: columnTypes.Time;
    createdAt: columnTypes.Defaulted<columnTypes.Time>;
  };
}

const rowId = () => defaulted(uuid('id'), sql`gen_random_uuid()`);
const now = (name: string) => defaulted(time(name), sql`now()`);

/** Makes the columns of each table. */
export function columnsOf<I extends string, K extends IdKind, U extends IdKind>(
  tenancy: Tenancy,
  userId: U,
): RbacColumns<I, K, U> {
  const scoped = () => tenancy.columns.scoped() as Scoped<I, K>;
  const common = () => commonTenant<I, K>(tenancy);
  const optionalUser = (name: string) =>
    (userId === 'uuid' ? uuid(name) : text(name)) as Id<U> & { notNull(): unknown };
  const user = (name: string) => required(optionalUser(name)) as Required<Id<U>>;
  return {
    users: () => ({ email: required(text('email')) }),
    memberships: () => ({ ...scoped(), userId: user('user_id'), joinedAt: now('joined_at') }),
    roles: () => ({
      ...common(),
      id: key(rowId()) as columnTypes.Defaulted<columnTypes.Uuid>,
      key: required(text('key')),
      name: required(text('name')),
      parentId: uuid('parent_id'),
    }),
    permissions: () => ({
      key: key(text('key')),
      resource: required(text('resource')),
      action: required(text('action')),
      description: defaulted(text('description'), ''),
    }),
    rolePermissions: () => ({
      ...common(),
      roleId: required(uuid('role_id')),
      permission: required(text('permission')),
    }),
    memberRoles: () => ({
      ...scoped(),
      id: rowId(),
      userId: user('user_id'),
      roleId: required(uuid('role_id')),
      resourceType: text('resource_type'),
      resourceId: text('resource_id'),
      expiresAt: time('expires_at'),
      createdAt: now('created_at'),
    }),
    invitations: () => ({
      ...scoped(),
      id: rowId(),
      email: required(text('email')),
      roleId: required(uuid('role_id')),
      tokenHash: required(text('token_hash')),
      invitedBy: optionalUser('invited_by'),
      expiresAt: required(time('expires_at')),
      acceptedAt: time('accepted_at'),
      acceptedBy: optionalUser('accepted_by'),
      revokedAt: time('revoked_at'),
      createdAt: now('created_at'),
    }),
  };
}
