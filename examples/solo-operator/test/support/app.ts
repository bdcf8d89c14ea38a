import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openWorld } from '../../src/demo/world.ts';
import { prepareDatabase } from '../../src/prepare.ts';

// logins belong to the server of the tests, so all files give them one password
const password = 'a password of the tests';

/** The built application, served on a database of this file with the three businesses of the seed. */
export async function servedApp() {
  const { url: adminUrl } = await testDatabase({
    key: 'solo-operator',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });
  const world = await openWorld(adminUrl, password, 0);
  const admin = new pg.Pool({ connectionString: adminUrl, max: 2 });
  afterAll(() => Promise.all([world.close(), admin.end()]));
  return {
    ...world,
    url: `http://127.0.0.1:${world.port}`,
    /** Asks as the owner of the database, past all policies. */
    ask: async (text: string, values?: unknown[]): Promise<Record<string, unknown>[]> =>
      (await admin.query<Record<string, unknown>>(text, values)).rows,
  };
}
