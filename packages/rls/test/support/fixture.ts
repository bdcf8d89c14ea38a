import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { application } from '../fixtures/application.ts';
import { applySchema, withClient } from './apply.ts';
import { testLogin } from './login.ts';
import { seed } from './seed.ts';

/** A connected client that is closed after the file's last test. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  afterAll(() => client.end());
  return client;
}

/** The fixture schema with two tenants in it, for one test file: as superuser, and as the pool's login. */
export async function fixture(): Promise<{
  readonly url: string;
  readonly root: pg.Client;
  readonly app: pg.Client;
}> {
  const database = await testDatabase({
    key: 'rls-fixture',
    migrate: async (url) => {
      await applySchema(url, application);
      await withClient(url, seed);
    },
  });
  const login = await testLogin(database.url, ['app', 'system']);
  return {
    url: database.url,
    root: await connect(database.url),
    app: await connect(login.url),
  };
}
