export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './start.ts';
export { keepsPreparedStatements, pgBouncerVersion } from './version.ts';
