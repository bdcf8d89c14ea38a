import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const auditLogErrors = defineErrors('@tenantry/audit-log', {
  AUDIT_NEEDS_TRANSACTION: {
    status: 500,
    title: 'An audit entry needs the transaction of the change that it records',
    fix: 'Pass the transaction: audit.log(tx, …); or send both in one batch: pool.batch(() => [change, audit.log(pool, …)]).',
  },
  AUDIT_ACTION_UNKNOWN: {
    status: 500,
    title: 'The audit log does not know this action',
    fix: 'Give it a schema: defineAudit(tenancy, { actions: { … } }).',
  },
  AUDIT_METADATA_INVALID: {
    status: 500,
    title: 'The metadata of an audit entry cannot be recorded',
    fix: 'Pass metadata that fits the schema of the action, as plain JSON.',
  },
  AUDIT_ENTRY_TOO_LARGE: {
    status: 413,
    title: 'An audit entry is larger than the log accepts',
    fix: 'Record a reference instead of the content, or raise maxMetadataBytes.',
  },
  AUDIT_ACTOR_MISSING: {
    status: 500,
    title: 'A write without an actor was refused, because the audit log is strict',
    fix: 'Open the scope with a user: tenancy.run({ organizationId, user }, fn); or do system work in tenancy.asSystem({ reason, actor }, fn).',
  },
  AUDIT_APPEND_ONLY: {
    status: 500,
    title: 'The audit log is append-only',
    fix: 'Write a new entry with audit.log(tx, …), or in SQL with tenantry.audit_write(…). Retention and erasure go through audit.maintain and audit.erase.',
  },
  AUDIT_ON_HOLD: {
    status: 409,
    title: 'The audit log of this tenant is under a legal hold',
    fix: 'Wait until the hold is released: audit.release(db, …).',
  },
  AUDIT_CLUSTER_CHANGED: {
    status: 500,
    title: 'The transaction ids of this server are lower than those that are sealed already',
    fix: 'The database was restored into another cluster: run `npx tenantry audit maintain --restored` before it serves writes.',
  },
  AUDIT_ISOLATION_UNSUPPORTED: {
    status: 500,
    title: 'On Citus the audit log is written and sealed in READ COMMITTED only',
    fix: 'Begin the transaction with isolation level read committed; lock rows where it relies on more.',
  },
  AUDIT_CURSOR_INVALID: {
    status: 400,
    title: 'The cursor of an audit query is malformed',
    fix: 'Pass the `next` of the page before, unchanged, or leave it out.',
  },
  AUDIT_ENTRY_NOT_FOUND: {
    status: 404,
    title: 'There is no such audit entry in this scope',
    fix: 'Check the id, and the tenant that the scope was opened for.',
  },
  AUDIT_ENTRY_NOT_SEALED: {
    status: 409,
    title: 'The audit entry is not sealed yet, so there is no proof of it',
    fix: 'Ask again after the next audit.seal(db), some seconds later.',
  },
  AUDIT_EXPORT_MALFORMED: {
    status: 400,
    title: 'The file is not an audit export',
    fix: 'Verify an NDJSON export of audit.export or `tenantry audit export`, unchanged.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof auditLogErrors, true> {}
}
