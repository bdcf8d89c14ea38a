import { defineErrors } from '@tenantry/core';

/** The codes of the command. */
export const cliErrors = defineErrors('tenantry', {
  MIGRATIONS_INCONSISTENT: {
    status: 500,
    title: 'The folder of migrations contradicts itself, so nobody can say what a database has',
    fix: 'Bring files, journal and snapshots together again as the message says, then run `npx tenantry generate`; nothing was written.',
  },
  DOCTOR_CANNOT_CONNECT: {
    status: 503,
    title: 'doctor cannot connect to the database',
    fix: 'Check the host, the login and the password of the connection string.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof cliErrors, true> {}
}
