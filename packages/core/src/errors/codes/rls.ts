import { type ErrorEntry, entry } from './entry.ts';

/** Searches under row-level security. */
export const rlsCodes = {
  SEARCH_INVALID: entry(
    400,
    'What is searched for is not valid',
    'Search for a text of at most 1,000 characters without NUL, or for JSON of at most 10,000; `first` is a whole number from 1 to 10,000.',
  ),
} as const satisfies Record<string, ErrorEntry>;
