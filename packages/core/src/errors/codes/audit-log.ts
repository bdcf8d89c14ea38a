import { type ErrorEntry, entry } from './entry.ts';

/** The audit log. */
export const auditLogCodes = {
  AUDIT_NEEDS_TRANSACTION: entry(
    500,
    'An audit entry was to be written apart from the change that it tells of',
    'Pass the transaction: audit.log(tx, …); or send both in one flush: pool.batch(() => [change, audit.log(pool, …)]).',
  ),
  AUDIT_ACTION_UNKNOWN: entry(
    500,
    'The audit log does not know this action',
    'Give it a schema: defineAudit(tenancy, { actions: { … } }).',
  ),
  AUDIT_METADATA_INVALID: entry(
    500,
    'The metadata of an audit entry cannot be recorded',
    'Pass what the schema of the action describes, as plain JSON.',
  ),
  AUDIT_ENTRY_TOO_LARGE: entry(
    413,
    'An audit entry is larger than the log takes',
    'Record what happened and where the rest is; or raise maxMetadataBytes.',
  ),
  AUDIT_ACTOR_MISSING: entry(
    500,
    'A write that nobody answers for was refused, because the audit log is strict',
    'Open the scope with a user: tenancy.run({ organizationId, user }, fn); or do system work in tenancy.asSystem({ reason, actor }, fn).',
  ),
  AUDIT_APPEND_ONLY: entry(
    500,
    'The audit log is append-only',
    'Write a new entry with audit.log(tx, …), or in SQL with tenantry.audit_write(…). Retention and erasure go through audit.maintain and audit.erase.',
  ),
  AUDIT_ON_HOLD: entry(
    409,
    'The audit log of this tenant is under a legal hold',
    'Wait until the hold is released: audit.release(db, …).',
  ),
  AUDIT_CLUSTER_CHANGED: entry(
    500,
    'The transaction ids of this server are lower than those that are sealed already',
    'The database was restored into another cluster: run `npx tenantry audit maintain --restored` before it serves writes.',
  ),
  AUDIT_CURSOR_INVALID: entry(
    400,
    'The cursor of an audit query is malformed',
    'Pass the `next` of the page before, unchanged, or leave it out.',
  ),
  AUDIT_ENTRY_NOT_FOUND: entry(
    404,
    'There is no such audit entry in this scope',
    'Check the id, and the tenant that the scope was opened for.',
  ),
  AUDIT_ENTRY_NOT_SEALED: entry(
    409,
    'The audit entry is not sealed yet, so there is no proof of it',
    'Ask again after the next audit.seal(db), some seconds later.',
  ),
  AUDIT_EXPORT_MALFORMED: entry(
    400,
    'The file is not an audit export',
    'Verify an NDJSON export of audit.export or `tenantry audit export`, unchanged.',
  ),
} as const satisfies Record<string, ErrorEntry>;
