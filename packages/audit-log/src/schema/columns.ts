import type { IdKind, Tenancy, TenancyColumns } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { customType, inet, jsonb, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// The types come from Drizzle's public functions, never from its internal names, which differ between
// 0.45 and 1.0.
type LogNotNull<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;
type LogDefault<B extends { default(value: never): unknown }> = ReturnType<B['default']>;
type LogNotNullDefault<B extends { notNull(): { default(value: never): unknown } }> = LogDefault<
  LogNotNull<B>
>;
type LogTyped<B extends { $type: unknown }, T> = B & { readonly _: { readonly $type: T } };
type LogText = ReturnType<typeof text>;
type LogCustom<T> = ReturnType<ReturnType<typeof customType<{ data: T }>>>;

/** The columns of the log besides the tenant column, by property. */
export interface AuditColumns {
  id: LogNotNullDefault<ReturnType<typeof uuid>>;
  createdAt: LogNotNullDefault<ReturnType<typeof timestamp>>;
  /** `entry` for entries of the application, `capture` for entries of a trigger. */
  source: LogNotNullDefault<LogText>;
  action: LogNotNull<LogText>;
  resourceType: LogNotNull<LogText>;
  resourceId: LogText;
  metadata: LogTyped<LogNotNullDefault<ReturnType<typeof jsonb>>, Record<string, unknown>>;
  /** The part of the metadata that can be erased: the keys in `personal`. */
  personal: LogTyped<ReturnType<typeof jsonb>, Record<string, unknown>>;
  /** `user`, `system`, `login` for SQL outside the pool, or `anonymous`. */
  actorType: LogNotNullDefault<LogText>;
  actorId: LogText;
  onBehalfOf: LogText;
  ipAddress: ReturnType<typeof inet>;
  requestId: LogText;
  reason: LogText;
  transactionId: LogNotNullDefault<LogCustom<string>>;
  salt: LogCustom<Buffer>;
  contentHash: LogCustom<Buffer>;
  erased: LogTyped<ReturnType<typeof jsonb>, Record<string, unknown>>;
}

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
// as text: a transaction id may exceed the range of a JavaScript number
const bigint = customType<{ data: string }>({ dataType: () => 'bigint' });

/**
 * Every not-null column has a default, so that it can be added to a table with rows; new entries set all
 * values.
 */
export function auditColumns<T extends string, K extends IdKind>(tenancy: Tenancy<T, K>) {
  const columns = {
    ...tenancy.columns.scoped(),
    id: uuid('id').notNull().default(sql`gen_random_uuid()`),
    createdAt: timestamp('created_at', { withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    source: text('source').notNull().default('entry'),
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id'),
    metadata: jsonb('metadata').notNull().default({}),
    personal: jsonb('personal'),
    actorType: text('actor_type').notNull().default('anonymous'),
    actorId: text('actor_id'),
    onBehalfOf: text('on_behalf_of'),
    ipAddress: inet('ip_address'),
    requestId: text('request_id'),
    reason: text('reason'),
    transactionId: bigint('transaction_id').notNull().default('0'),
    salt: bytea('salt'),
    contentHash: bytea('content_hash'),
    erased: jsonb('erased'),
  };
  return columns as unknown as ReturnType<TenancyColumns<`${T}Id`, K>['scoped']> & AuditColumns;
}

/** The properties of {@link auditColumns} without the tenant. */
export const auditProperties = [
  'id',
  'createdAt',
  'source',
  'action',
  'resourceType',
  'resourceId',
  'metadata',
  'personal',
  'actorType',
  'actorId',
  'onBehalfOf',
  'ipAddress',
  'requestId',
  'reason',
  'transactionId',
  'salt',
  'contentHash',
  'erased',
] as const satisfies readonly (keyof AuditColumns)[];

/** One of {@link auditProperties}. */
export type AuditProperty = (typeof auditProperties)[number];
