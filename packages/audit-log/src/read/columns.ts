import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';
import type { ExportedEntry } from '../verify/exported-entry.ts';

/** ISO 8601 in UTC with microseconds, independent of the session's time zone and date style. */
export const isoTime = (column: Ddl): Ddl =>
  ddl`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The selected columns of an entry, all as text, because libraries parse dates and numbers differently. */
export const entryColumns = (
  tenancy: Tenancy,
): Ddl => ddl`${name(tenancy.column)}::text as tenant, id::text as id,
  ${isoTime(ddl`created_at`)} as at, source, action, resource_type, resource_id, metadata::text as metadata,
  personal::text as personal, actor_type, actor_id, on_behalf_of,
  case when ip_address is not null then format('%s', ip_address) end as ip, request_id, reason,
  transaction_id::text as xid, encode(salt, 'hex') as salt, encode(content_hash, 'hex') as content_hash, erased::text as erased`;

/** A row of {@link entryColumns}. */
export interface EntryRow {
  readonly tenant: string;
  readonly id: string;
  readonly at: string;
  readonly source: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly metadata: string;
  readonly personal: string | null;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly on_behalf_of: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  readonly reason: string | null;
  readonly xid: string;
  readonly salt: string | null;
  readonly content_hash: string | null;
  readonly erased: string | null;
}

/** A row in the form for the verifier. */
export const toRecord = (row: EntryRow): ExportedEntry => ({
  tenant: row.tenant,
  id: row.id,
  createdAt: row.at,
  source: row.source,
  action: row.action,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  metadata: row.metadata,
  personal: row.personal,
  actorType: row.actor_type,
  actorId: row.actor_id,
  onBehalfOf: row.on_behalf_of,
  ip: row.ip,
  requestId: row.request_id,
  reason: row.reason,
  transactionId: row.xid,
  salt: row.salt,
  contentHash: row.content_hash ?? '',
  erased: row.erased === null ? null : JSON.parse(row.erased),
});
