import { type ErrorEntry, entry } from './entry.ts';

/** What PostgreSQL says of a statement, as `databaseErrorOf` names it. */
export const databaseCodes = {
  VALUE_REFUSED: entry(
    400,
    'A value has a form that the database does not accept',
    'Check the value before it is sent: its length, its range, its characters.',
  ),
  ROW_EXISTS: entry(
    409,
    'A row with these values exists already',
    'Choose other values, or change the row that exists.',
  ),
  REFERENCE_CONFLICT: entry(
    409,
    'A row refers to one that does not exist here, or is still referred to',
    'Create what is referred to first; remove what refers to a row before the row.',
  ),
  ROW_REFUSED: entry(
    422,
    'A row lacks a value, or breaks a rule of its table',
    'Send the value that is missing, or one that the rule allows.',
  ),
  ROW_FORBIDDEN: entry(
    403,
    'Row-level security or a missing right refuses this statement',
    'Write rows of the current tenant only, and only columns that a tenant may write.',
  ),
  TRANSACTION_CONFLICT: entry(
    503,
    'Another transaction was in the way: a deadlock, a lock that was not free, or a change at the same time',
    'Run the transaction again.',
  ),
  STATEMENT_TIMEOUT: entry(
    504,
    'The database cancelled a statement that took too long',
    'Make the statement cheaper, or raise statement_timeout.',
  ),
} as const satisfies Record<string, ErrorEntry>;
