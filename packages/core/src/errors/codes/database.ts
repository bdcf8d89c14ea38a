import { defineErrors } from '../registry.ts';

/** The codes of `databaseErrorOf`, for errors of PostgreSQL. */
export const databaseErrors = defineErrors('@tenantry/core', {
  VALUE_REFUSED: {
    status: 400,
    title: 'A value has a form that the database does not accept',
    fix: 'Check its length, range and characters before it is sent.',
  },
  ROW_EXISTS: {
    status: 409,
    title: 'A row with these values exists already',
    fix: 'Choose other values, or change the row that exists.',
  },
  REFERENCE_CONFLICT: {
    status: 409,
    title: 'A row refers to one that does not exist here, or is still referred to',
    fix: 'Create what is referred to first; remove what refers to a row before the row.',
  },
  ROW_REFUSED: {
    status: 422,
    title: 'A row lacks a value, or breaks a rule of its table',
    fix: 'Send the value that is missing, or one that the rule allows.',
  },
  ROW_FORBIDDEN: {
    status: 403,
    title: 'Row-level security or a missing right refuses this statement',
    fix: 'Write only rows of the current tenant, and columns that it may write.',
  },
  TRANSACTION_CONFLICT: {
    status: 503,
    title:
      'Another transaction was in the way: a deadlock, a lock that was not free, or a change at the same time',
    fix: 'Run the transaction again.',
  },
  STATEMENT_TIMEOUT: {
    status: 504,
    title: 'The database cancelled a statement that took too long',
    fix: 'Make the statement cheaper, or raise statement_timeout.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof databaseErrors, true> {}
}
