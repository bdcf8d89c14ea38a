import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const placementErrors = defineErrors('@tenantry/placements', {
  PLACE_UNKNOWN: {
    status: 404,
    title: 'There is no such place',
    fix: 'Run `npx tenantry places list` to see which there are.',
  },
  PLACE_TAKEN: {
    status: 409,
    title: 'The database or the schema is another place already, or that of the shared tables',
    fix: 'Use a database or a schema of its own for each place.',
  },
  PLACE_UNFIT: {
    status: 409,
    title: 'A table cannot live in a schema of a tenant',
    fix: 'Take it out of schemaTables of definePlacements, or take away what is named above; then run `npx tenantry generate` and your migrations.',
  },
  PLACE_IN_USE: {
    status: 409,
    title: 'A place that is still needed is not removed',
    fix: 'Move or erase its tenants first: `npx tenantry tenants list` has them.',
  },
  PLACE_UNALIKE: {
    status: 409,
    title: 'The tables of a schema are not like the shared ones',
    fix: 'Change the columns there as they were changed in the shared table, and run the command again.',
  },
  TENANT_PLACED: {
    status: 409,
    title: 'The tenant has another place already',
    fix: 'Leave it there; a tenant with a place is not placed again.',
  },
  EXPORT_EXISTS: {
    status: 409,
    title: 'The folder of the export is there already',
    fix: 'Name a folder that is not there yet.',
  },
  EXPORT_INVALID: {
    status: 400,
    title: 'The export cannot be read',
    fix: 'Export the tenant again; files of an export are not changed.',
  },
  EXPORT_DIFFERS: {
    status: 409,
    title: 'The database has other tables than the export',
    fix: 'Bring the database to the migration that the export was made at.',
  },
  IMPORT_REFUSED: {
    status: 409,
    title: 'A row of the export cannot be written here',
    fix: 'Remove what it conflicts with; nothing was imported.',
  },
  IMPORT_NEEDS_RIGHT: {
    status: 500,
    title: 'The login may not turn triggers off for itself',
    fix: 'As a superuser run: grant set on parameter session_replication_role to <login>. On a rented server use its administrator.',
  },
  TENANT_EXISTS: {
    status: 409,
    title: 'There is another tenant of this id or name',
    fix: 'Give the new tenant another id or name.',
  },
  CREATE_REFUSED: {
    status: 400,
    title: 'The row of the tenant cannot be written',
    fix: 'Give its columns other values with --set.',
  },
  TEMPLATE_UNFIT: {
    status: 409,
    title: 'The database cannot be a template of places',
    fix: 'Use a database in which your migrations have run, and which has no rows of tenants and is no place.',
  },
  PERSONAL_UNMASKED: {
    status: 409,
    title: 'Columns look personal and have no mask',
    fix: "Declare what stands for their values in the schema, ...masked(t, { email: 'email', theme: 'unmasked' }), then run `npx tenantry generate` and your migrations.",
  },
  MASKING_KEY_SHORT: {
    status: 500,
    title: 'The key of the masks is too short',
    fix: 'Set MASKING_KEY to at least 32 characters of a random source: openssl rand -hex 32. Without it each copy has a key of its own.',
  },
  REWIND_REFUSED: {
    status: 409,
    title: 'The rows of the tenant cannot be brought back',
    fix: 'Leave the table or the column out with --without, or use an export of that time with --from; nothing was written.',
  },
  REWIND_CHANGED: {
    status: 409,
    title: 'The rows of the tenant are not those that were shown',
    fix: 'Run the command again without --apply, look at the differences, and apply these; nothing was written.',
  },
  REWIND_DIFFERS: {
    status: 500,
    title: 'The rows were not as they had been when all was written',
    fix: 'Look which trigger writes these tables; leave what it writes out with --without. Nothing was written.',
  },
  ERASURE_KEY_SHORT: {
    status: 500,
    title: 'The key that signs certificates of erasures is too short',
    fix: 'Set ERASURE_KEY to at least 32 characters of a random source: openssl rand -hex 32.',
  },
  TENANT_ON_HOLD: {
    status: 409,
    title: 'The audit log of the tenant has to be kept',
    fix: 'Release the hold first, when nothing obliges you any more.',
  },
  TENANT_REFERENCED: {
    status: 409,
    title: 'A row that is not of this tenant refers to one that is',
    fix: 'Delete or change that row first; nothing was erased.',
  },
  ERASE_INCOMPLETE: {
    status: 500,
    title: 'Rows of the tenant would be left',
    fix: 'Look which trigger writes them; nothing was erased.',
  },
  TENANT_ROWS_HIDDEN: {
    status: 500,
    title: 'The login does not see every row of a tenant',
    fix: 'Use the login of system work; run your migrations when a table has no policy for it yet.',
  },
  TENANT_HAS_ROWS: {
    status: 409,
    title: 'The tenant has rows in the shared tables',
    fix: 'Move it with its rows: npx tenantry tenants move. Or place a tenant before its first row is written.',
  },
  TENANT_MOVING: {
    status: 409,
    title: 'The tenant is being moved or placed',
    fix: 'Wait until `npx tenantry tenants move` has ended. When nobody runs it, run it again: it finishes the move.',
  },
  MOVE_UNFINISHED: {
    status: 409,
    title: 'A move of the tenant is not finished',
    fix: 'Run `npx tenantry tenants move` with that place to finish it, or with --undo.',
  },
  MOVE_LOST: {
    status: 409,
    title: 'The move was ended by somebody else',
    fix: 'Run `npx tenantry tenants move` again.',
  },
  MOVE_BLOCKED: {
    status: 503,
    title: 'The move cannot begin now, and nothing has changed',
    fix: 'Try again when the transaction or the migration that it waited for has ended.',
  },
  MOVE_INTERRUPTED: {
    status: 503,
    title: 'A database failed while a tenant was moved',
    fix: 'Mend what was found, and run the command again, which finishes the move; or take it back with --undo.',
  },
  MOVE_REFUSED: {
    status: 409,
    title: 'The rows of the tenant cannot be moved, and nothing has changed',
    fix: 'Correct what was found, then run the command again.',
  },
  MOVE_DIFFERS: {
    status: 500,
    title: 'The rows of the tenant in two databases differ',
    fix: 'Find out who writes rows of this tenant in a system scope or by hand, and stop it while it moves.',
  },
  MIGRATION_FAILED: {
    status: 500,
    title: 'A migration did not run',
    fix: 'Correct the migration, and run `npx tenantry migrate` again; it goes on where it stopped.',
  },
  MIGRATION_DRIFT: {
    status: 409,
    title: 'Something else has run in the database than the folder of migrations has',
    fix: 'Bring the folder to what has run, from version control; or run `npx tenantry migrate --accept-drift`.',
  },
  FLEET_LOCKED: {
    status: 409,
    title: 'Migrations and moves of tenants wait for each other',
    fix: 'Run the command again when the other one has ended.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof placementErrors, true> {}
}
