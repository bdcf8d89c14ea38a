import { randomBytes } from 'node:crypto';

/** Every database of a test run begins with this, so that it is recognised and swept. */
export const databasePrefix = 'tenantry_test_';

const runLength = 10;

/** A new name for a run: the databases of a run carry it. */
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

/** A name for a database that no other process has. */
export function newDatabaseName(run: string): string {
  return `${databasePrefix}${run}_${randomBytes(8).toString('hex')}`;
}
