import { TenantryError } from '@tenantry/core';
import '../errors.ts';
import { isLost } from '../connect.ts';
import { type DriftFound, inWords } from './compare.ts';
import { StatementFailed } from './script.ts';

/** What PostgreSQL, the socket or pg say. */
interface Said {
  readonly code?: string;
  readonly message: string;
}

/**
 * The error of a database, in words: no connection string, no value of a row, no text of a statement, which
 * may hold a password.
 */
export function failureOf(error: unknown): TenantryError {
  if (TenantryError.is(error)) return error;
  const at = error instanceof StatementFailed ? error : undefined;
  const cause = (at?.cause ?? error) as Said;
  if (isLost(cause)) {
    return new TenantryError('PLACE_UNAVAILABLE', {
      found: `the connection has ended${cause.code === undefined ? '' : ` (${cause.code})`}; what was pending has run whole, or not at all.`,
      fix: 'Run the command again when the database is there: it goes on where it stopped.',
      cause,
    });
  }
  const where = at === undefined ? '' : `${at.migration.name}, line ${at.line}: `;
  const fix = fixOf(cause.code);
  return new TenantryError('MIGRATION_FAILED', {
    found: `${where}${inText(cause)} Nothing of it has happened.`,
    ...(at && { details: { migration: at.migration.name, line: at.line, sqlstate: cause.code } }),
    ...(fix !== undefined && { fix }),
    cause,
  });
}

/** The message, unless it quotes a value or a piece of the statement. */
function inText({ code, message }: Said): string {
  if (code === undefined) return `${message}.`;
  if (code === '42601') return `a syntax error (${code}).`;
  return code.startsWith('22') ? `a value does not fit (${code}).` : `${message} (${code}).`;
}

function fixOf(code: string | undefined): string | undefined {
  switch (code) {
    case '25001':
      return 'Take the statement out of the migrations: all that are pending run in one transaction, as in Drizzle. Build an index CONCURRENTLY by hand in each database, and let the migration say CREATE INDEX IF NOT EXISTS.';
    case '42501':
      return "Let the option connect of definePlacements return the login that owns the tables when it is asked for the login 'owner', and --url lead to that of the shared database.";
    case '55P03':
      return 'A transaction that takes long uses a table of the migration: end it, or wait for its end, and run `npx tenantry migrate` again.';
    default:
      return undefined;
  }
}

/** Migrations are pending, and what has run is not what the folder has. */
export const drifted = (drift: readonly DriftFound[]) =>
  new TenantryError('MIGRATION_DRIFT', {
    found: `${inWords(drift)}.`,
    ...(drift[0]?.kind === 'left out' && {
      fix: 'Write what it brings as a new migration, behind the others: delete it, and run `npx tenantry generate`.',
    }),
  });
