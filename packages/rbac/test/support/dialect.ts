import { createCitusDatabase } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';

/** The dialect of a run, by TENANTRY_DIALECT. */
export const dialect = process.env.TENANTRY_DIALECT === 'citus' ? 'citus' : 'postgres';

/**
 * A database of the dialect, for one file.
 * @param key that of the template which files with the same content share. Default: none, they share nothing.
 */
export async function databaseOf(
  migrate: (url: string) => Promise<void>,
  key?: string,
): Promise<string> {
  if (dialect === 'citus') {
    const database = await createCitusDatabase({ migrate });
    afterAll(() => database.drop());
    return database.url;
  }
  if (key !== undefined) return (await testDatabase({ key, migrate })).url;
  const { url } = await testDatabase();
  await migrate(url);
  return url;
}
