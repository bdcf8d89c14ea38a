import type { IdKind, Tenancy, TenancyColumns } from '@tenantry/core';
import { columnTypes as c } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { customType, inet } from 'drizzle-orm/pg-core';

/** A table by schema and name. */
export type TablePath = readonly [schema: string, table: string];

/** A column whose value is an object. */
type JsonObject<B extends { $type: unknown }> = B & {
  readonly _: { readonly $type: Record<string, unknown> };
};
type BigText = ReturnType<ReturnType<typeof customType<{ data: string }>>>;
type Bytes = ReturnType<ReturnType<typeof customType<{ data: Buffer }>>>;

// an alias: an interface has no index signature, which pgTable asks for
/** The columns of the log besides the tenant column, by property. */
export type AuditColumns = {
  id: c.Defaulted<c.Uuid>;
  createdAt: c.Defaulted<c.Time>;
  /** `entry` for entries of the application, `capture` for entries of a trigger. */
  source: c.Defaulted<c.Text>;
  action: c.NotNull<c.Text>;
  resourceType: c.NotNull<c.Text>;
  resourceId: c.Text;
  metadata: JsonObject<c.Defaulted<c.Json>>;
  /** The part of the metadata that can be erased: the keys in `personal`. */
  personal: JsonObject<c.Json>;
  /** `user`, `system`, `login` for SQL outside the pool, or `anonymous`. */
  actorType: c.Defaulted<c.Text>;
  actorId: c.Text;
  onBehalfOf: c.Text;
  ipAddress: ReturnType<typeof inet>;
  requestId: c.Text;
  reason: c.Text;
  transactionId: c.Defaulted<BigText>;
  salt: Bytes;
  contentHash: Bytes;
  erased: JsonObject<c.Json>;
};

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
// as text: a transaction id may exceed the range of a JavaScript number
const bigText = customType<{ data: string }>({ dataType: () => 'bigint' });

/**
 * Every not-null column has a default, so that it can be added to a table with rows; new entries set all
 * values.
 */
const columns = () =>
  ({
    id: c.defaulted(c.uuid('id'), sql`gen_random_uuid()`),
    createdAt: c.defaulted(c.time('created_at'), sql`clock_timestamp()`),
    source: c.defaulted(c.text('source'), 'entry'),
    action: c.required(c.text('action')),
    resourceType: c.required(c.text('resource_type')),
    resourceId: c.text('resource_id'),
    metadata: c.defaulted(c.json('metadata'), {}),
    personal: c.json('personal'),
    actorType: c.defaulted(c.text('actor_type'), 'anonymous'),
    actorId: c.text('actor_id'),
    onBehalfOf: c.text('on_behalf_of'),
    ipAddress: inet('ip_address'),
    requestId: c.text('request_id'),
    reason: c.text('reason'),
    transactionId: c.defaulted(bigText('transaction_id'), '0'),
    salt: bytes('salt'),
    contentHash: bytes('content_hash'),
    erased: c.json('erased'),
  }) satisfies Record<keyof AuditColumns, unknown>;

/** The columns of the log, to spread into a table. */
export const auditColumns = <T extends string, K extends IdKind>(tenancy: Tenancy<T, K>) =>
  ({ ...tenancy.columns.scoped(), ...columns() }) as unknown as ReturnType<
    TenancyColumns<`${T}Id`, K>['scoped']
  > &
    AuditColumns;

/** The properties of {@link auditColumns} without the tenant, in the order in which entries are inserted. */
export const auditProperties = Object.keys(columns()) as readonly (keyof AuditColumns)[];
