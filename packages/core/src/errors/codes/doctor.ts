import { type ErrorEntry, entry } from './entry.ts';

/** The command and the proofs of isolation. */
export const doctorCodes = {
  DOCTOR_CANNOT_CONNECT: entry(
    503,
    'doctor cannot connect to the database',
    'Check the host, the login and the password of the connection string.',
  ),
  DOCTOR_SERVER_TOO_OLD: entry(
    500,
    'The server is older than what Tenantry supports',
    'Upgrade to PostgreSQL 15 or newer.',
  ),
  DOCTOR_CATALOGUE_CLOSED: entry(
    500,
    'The login may not read the catalogue that doctor looks at',
    'Run doctor as the login that migrates; it needs no superuser.',
  ),
} as const satisfies Record<string, ErrorEntry>;
