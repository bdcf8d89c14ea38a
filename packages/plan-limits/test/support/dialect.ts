import { createCitusDatabase } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';

/** The dialect of a run, by TENANTRY_DIALECT. */
export const dialect = process.env.TENANTRY_DIALECT === 'citus' ? 'citus' : 'postgres';

/**
 * A database of the dialect, for one file.
 * @param key that of the template which files with the same content share
 */
export async function databaseOf(
  key: string,
  migrate: (url: string) => Promise<void>,
): Promise<{ readonly url: string; readonly workers: readonly string[] }> {
  if (dialect === 'postgres')
    return { url: (await testDatabase({ key, migrate })).url, workers: [] };
  const database = await createCitusDatabase({ migrate });
  afterAll(() => database.drop());
  return database;
}
