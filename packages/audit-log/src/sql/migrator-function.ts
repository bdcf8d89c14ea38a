import { type SqlFunction, type SqlFunctionOptions, sqlFunction } from '@tenantry/core/sql';

/**
 * A function that runs as the login that migrates, whoever calls it: that login alone changes seals,
 * holds, permits and partitions.
 */
export const migratorFunction = (options: SqlFunctionOptions): SqlFunction =>
  sqlFunction({ ...options, securityDefiner: true });
