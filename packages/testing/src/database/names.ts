import { randomBytes } from 'node:crypto';

/** The prefix of every database of a test run, by which it is recognised and cleaned up. */
export const databasePrefix = 'tenantry_test_';

const runLength = 10;

/** A new name for a run, which its databases contain. */
export function newRunName(): string {
  return randomBytes(runLength / 2).toString('hex');
}

/** The run that a database belongs to, or undefined when it is none of ours. */
export function runOfDatabase(database: string): string | undefined {
  return new RegExp(`^${databasePrefix}([0-9a-f]{${runLength}})_`).exec(database)?.[1];
}

/** The name of a run's template for a content hash (at most 63 bytes, as PostgreSQL wants). */
export function templateName(run: string, hash: string): string {
  return `${databasePrefix}${run}_template_${hash.slice(0, 20)}`;
}

/** A unique database name. */
export function newDatabaseName(run: string): string {
  return `${databasePrefix}${run}_${randomBytes(8).toString('hex')}`;
}
