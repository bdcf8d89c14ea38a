import { keepsPreparedStatements, pgBouncerVersion } from '@tenantry/testing/pooler';

const version = pgBouncerVersion();
// only a CI without apt may have none
if (version === undefined && process.env.CI === undefined)
  throw new Error('PgBouncer is not installed. Run: apt-get install -y pgbouncer');

const keeps = keepsPreparedStatements(version);

/** How many prepared statements the PgBouncers that are tried keep (`max_prepared_statements`). */
export const lanes: readonly number[] = version === undefined ? [] : keeps ? [0, 50] : [0];

/** What cannot be tried here, and why. */
export const skipped: readonly string[] = [
  ...(version === undefined ? ['max_prepared_statements 0: PgBouncer is not installed'] : []),
  ...(keeps ? [] : ['max_prepared_statements 50: PgBouncer before 1.21 keeps none']),
];
