import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const rlsErrors = defineErrors('@tenantry/rls', {
  SEARCH_INVALID: {
    status: 400,
    title: 'What is searched for is not valid',
    fix: 'Search for a text of at most 1,000 characters without NUL, or for JSON of at most 10,000; `first` is a whole number from 1 to 10,000.',
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
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof rlsErrors, true> {}
}
