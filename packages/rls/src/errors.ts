import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const rlsErrors = defineErrors('@tenantry/rls', {
  SEARCH_INVALID: {
    status: 400,
    title: 'What is searched for is not valid',
    fix: 'Search for a text of at most 1,000 characters without NUL, or for JSON of at most 10,000; `first` is a whole number from 1 to 10,000.',
  },
  NUMBER_ISOLATION_REFUSED: {
    status: 500,
    title: 'A row was numbered in a transaction that does not see what others have committed',
    fix: 'Insert it at READ COMMITTED, the default of PostgreSQL.',
  },
  DOCTOR_SERVER_TOO_OLD: {
    status: 500,
    title: 'The server is older than what Tenantry supports',
    fix: 'Upgrade to PostgreSQL 15 or newer.',
  },
  DOCTOR_CATALOGUE_CLOSED: {
    status: 500,
    title: 'The login may not read the catalogue that doctor looks at',
    fix: 'Run doctor as the login that migrates; it needs no superuser.',
  },
  DISTRIBUTION_DIFFERS: {
    status: 500,
    title: 'A distribution would lose rows',
    fix: 'Nothing was changed. Look for triggers that write to the table, then run `npx tenantry distribute` again.',
  },
  ADOPT_NO_TENANTS: {
    status: 500,
    title: 'No table holds the tenants',
    fix: 'Name it with --tenants; an application that has none yet makes it first, with a row for each tenant.',
  },
  ADOPT_PLAN_INVALID: {
    status: 500,
    title: 'The plan of an adoption cannot be read',
    fix: 'Correct the place that is named, or write the plan anew with `npx tenantry adopt --plan`.',
  },
  ADOPT_PLAN_STALE: {
    status: 409,
    title: 'The plan of an adoption does not match the database any more',
    fix: 'Correct the tables that are named, or write the plan anew and take your changes over; nothing was changed.',
  },
  ADOPT_UNDECIDED: {
    status: 409,
    title: 'The plan does not say what these tables are',
    fix: "Set `is` of each to 'isolated' with `column` and `fill`, 'shared', 'system' or 'other'.",
  },
  ADOPT_BLOCKED: {
    status: 409,
    title: 'Something stops the adoption of a table',
    fix: 'Clear it as the message says; or set `is` of the table to something else.',
  },
  ADOPT_RUNNING: {
    status: 409,
    title: 'Another adoption of this database is running',
    fix: 'Wait until it ends, or end it; the next run goes on where it was.',
  },
  ADOPT_TABLE_BUSY: {
    status: 503,
    title: 'A table was locked each time that a statement tried',
    fix: 'Find who holds it in pg_stat_activity: mostly a transaction that was left open. Then run adopt again; it goes on where it was.',
  },
  ADOPT_ROWS_CHANGED: {
    status: 409,
    title: 'Filling the tenant changed other columns too',
    fix: "Run adopt as a login that may set session_replication_role, which silences triggers; or set triggers: 'fire' for the table, if what they do is wanted.",
  },
  ADOPT_TENANT_ID_INVALID: {
    status: 409,
    title: 'Tenants have ids that no scope takes',
    fix: 'Give these tenants other ids, or take them out; nothing was changed.',
  },
  ADOPT_ROLE_NOT_GRANTED: {
    status: 403,
    title: 'The login that adopts may not use the roles of the tenancy',
    fix: 'Make it a member of both roles, as the login that created them.',
  },
  ADOPT_STEP_FAILED: {
    status: 500,
    title: 'The database refused a statement of a step',
    fix: 'Clear what the message says, then run adopt again; it goes on where it was.',
  },
  ADOPT_OWNER_WITHOUT_TENANT: {
    status: 409,
    title: 'The owner of a row is a member of no tenant',
    fix: 'Make the owner a member, or set the tenant of the row; then run adopt again.',
  },
  ADOPT_OWNER_IN_SEVERAL: {
    status: 409,
    title: 'The owner of a row is a member of several tenants',
    fix: 'Set the tenant of the row; then run adopt again.',
  },
  ADOPT_PARENT_WITHOUT_TENANT: {
    status: 409,
    title: 'The row that a row takes its tenant from has none',
    fix: 'Set the tenant of the row or of its parent; then run adopt again.',
  },
  ADOPT_ROW_WITHOUT_SOURCE: {
    status: 409,
    title: 'Nothing says whose a row is',
    fix: 'Set the tenant of the row; then run adopt again.',
  },
  ADOPT_TENANT_UNKNOWN: {
    status: 409,
    title: 'A row has a tenant that does not exist',
    fix: 'Insert the tenant, or correct the row; then run adopt again.',
  },
  ADOPT_REFERENCE_CROSSES: {
    status: 409,
    title: 'A row references a row of another tenant',
    fix: 'Correct the reference or the tenant; then run adopt again.',
  },
  ADOPT_KEY_TOO_LONG: {
    status: 409,
    title: 'A key is too long for an index that begins with the tenant',
    fix: 'Shorten the value, or give the table a shorter primary key; then run adopt again.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof rlsErrors, true> {}
}
