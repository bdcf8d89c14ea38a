import { type ErrorEntry, entry } from './entry.ts';

/** Searches under row-level security, and migrations. */
export const rlsCodes = {
  SEARCH_INVALID: entry(
    400,
    'What is searched for is not valid',
    'Search for a text of at most 1,000 characters without NUL, or for JSON of at most 10,000; `first` is a whole number from 1 to 10,000.',
  ),
  MIGRATIONS_INCONSISTENT: entry(
    500,
    'The folder of migrations contradicts itself, so nobody can say what a database has',
    'Bring files, journal and snapshots together again as the message says, then run `npx tenantry generate`; nothing was written.',
  ),
} as const satisfies Record<string, ErrorEntry>;
