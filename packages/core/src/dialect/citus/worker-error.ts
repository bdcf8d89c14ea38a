import { TenantryError } from '../../errors/tenantry-error.ts';
import type { Session } from '../../wire/session.ts';
import { withoutShards } from './shard-names.ts';
import { errorOfCommit } from './worker-warnings.ts';

/** What Citus leaves of the fields of a violation: their names in the message. */
const violations = [
  /^duplicate key value violates unique constraint "(?<constraint>.*)"$/,
  /^insert or update on table "(?<table>.*)" violates foreign key constraint "(?<constraint>.*)"$/,
  /^update or delete on table ".*" violates (?:RESTRICT setting of )?foreign key constraint "(?<constraint>.*)" on table "(?<table>.*)"$/,
  /^null value in column "(?<column>.*)" of relation "(?<table>.*)" violates not-null constraint$/,
  /^new row for relation "(?<table>.*)" violates check constraint "(?<constraint>.*)"$/,
  /^conflicting key value violates exclusion constraint "(?<constraint>.*)"$/,
  // of the trigger that `generate` writes
  /^permission denied to change column "(?<column>.*)" of table "(?<table>.*)"$/,
];

/** Without RETURNING or ON CONFLICT Citus copies the rows, which row-level security refuses. */
const copies = 'COPY FROM not supported with row-level security';

/** Citus looks at the column alone: the value may be the one that is there. */
const moves = 'modifying the partition value of rows is not allowed';

/**
 * An error of a worker as PostgreSQL would raise it: with the names of tables for those of shards, with
 * `table`, `constraint` and `column`, which Citus leaves out, and with what a COMMIT failed for.
 */
export function readWorkerError(error: Error, session: Session): Error {
  withoutShards(errorOfCommit(error, session));
  for (const violation of violations) {
    const fields = violation.exec(error.message)?.groups;
    if (fields !== undefined) return Object.assign(error, fields);
  }
  if (error.message === moves)
    return new TenantryError('TENANT_UPDATE_REFUSED', {
      found: 'a tenant column in SET, which Citus refuses also where the value is that of the row.',
      fix: 'Leave it out, or set it to itself: db.update(projects).set({ ...row, organizationId: projects.organizationId }).',
      cause: error,
    });
  if (error.message !== copies) return error;
  return Object.assign(error, { hint: 'On Citus, let INSERT … SELECT end with RETURNING.' });
}
