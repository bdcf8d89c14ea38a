import type { IdColumn, IdKind, Tenancy } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { commonTenant, idOf, nullableIdOf } from './id-columns.ts';

/** The word of a tenancy, and its id kind. */
export interface Kinds {
  readonly property: string;
  readonly tenant: IdKind;
  readonly user: IdKind;
}

const rowId = () => uuid('id').notNull().default(sql`gen_random_uuid()`);
const time = (name: string) => timestamp(name, { withTimezone: true });

/**
 * The columns of each table, to spread into a `pgTable`. You can add your own columns.
 */
export function columnsOf<K extends Kinds>(tenancy: Tenancy, userId: K['user']) {
  type Scoped = { [Key in K['property']]: IdColumn<K['tenant']> };
  const scoped = () => tenancy.columns.scoped() as Scoped;
  const common = () => commonTenant<K['property'], K['tenant']>(tenancy);
  const user = (name: string) => idOf<K['user']>(userId, name);
  const optionalUser = (name: string) => nullableIdOf<K['user']>(userId, name);
  return {
    users: () => ({ email: text('email').notNull() }),
    memberships: () => ({
      ...scoped(),
      userId: user('user_id'),
      joinedAt: time('joined_at').notNull().defaultNow(),
    }),
    roles: () => ({
      ...common(),
      id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
      key: text('key').notNull(),
      name: text('name').notNull(),
      parentId: uuid('parent_id'),
    }),
    permissions: () => ({
      key: text('key').primaryKey(),
      resource: text('resource').notNull(),
      action: text('action').notNull(),
      description: text('description').notNull().default(''),
    }),
    rolePermissions: () => ({
      ...common(),
      roleId: uuid('role_id').notNull(),
      permission: text('permission').notNull(),
    }),
    memberRoles: () => ({
      ...scoped(),
      id: rowId(),
      userId: user('user_id'),
      roleId: uuid('role_id').notNull(),
      resourceType: text('resource_type'),
      resourceId: text('resource_id'),
      expiresAt: time('expires_at'),
      createdAt: time('created_at').notNull().defaultNow(),
    }),
    invitations: () => ({
      ...scoped(),
      id: rowId(),
      email: text('email').notNull(),
      roleId: uuid('role_id').notNull(),
      tokenHash: text('token_hash').notNull(),
      invitedBy: optionalUser('invited_by'),
      expiresAt: time('expires_at').notNull(),
      acceptedAt: time('accepted_at'),
      acceptedBy: optionalUser('accepted_by'),
      revokedAt: time('revoked_at'),
      createdAt: time('created_at').notNull().defaultNow(),
    }),
  };
}
