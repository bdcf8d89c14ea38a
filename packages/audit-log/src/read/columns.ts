import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';
import type { ExportedEntry } from '../verify/exported-entry.ts';

/** ISO 8601 in UTC with microseconds, independent of the session's time zone and date style. */
export const isoTime = (column: Ddl): Ddl =>
  ddl`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The selected columns of an entry, under their names in an export. All are texts, because libraries
 * parse dates and numbers differently.
 */
export const entryColumns = (
  tenancy: Tenancy,
): Ddl => ddl`${name(tenancy.column)}::text as tenant, id::text as id,
  ${isoTime(ddl`created_at`)} as "createdAt", source, action, resource_type as "resourceType",
  resource_id as "resourceId", metadata::text as metadata, personal::text as personal,
  actor_type as "actorType", actor_id as "actorId", on_behalf_of as "onBehalfOf",
  case when ip_address is not null then format('%s', ip_address) end as ip, request_id as "requestId",
  reason, transaction_id::text as "transactionId", encode(salt, 'hex') as salt,
  encode(content_hash, 'hex') as "contentHash", erased::text as erased`;

/** A row of {@link entryColumns}: an entry of an export, with JSON as text. */
export interface EntryRow extends Omit<ExportedEntry, 'contentHash' | 'erased'> {
  readonly contentHash: string | null;
  readonly erased: string | null;
}

/** A row in the form for the verifier. */
export const toExported = (row: EntryRow): ExportedEntry => ({
  ...row,
  contentHash: row.contentHash ?? '',
  erased: row.erased === null ? null : JSON.parse(row.erased),
});
