import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openWorld } from '../../src/demo/world.ts';
import { prepareDatabase } from '../../src/prepare.ts';
import type { Way } from '../../src/tenant-from.ts';

export const password = 'a password of the tests';

/** A database with the migrations and logins of the application. */
export const migratedDatabase = () =>
  testDatabase({
    key: 'team-boilerplate',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });

/** The application on a migrated and seeded database of this test file. */
export async function testWorld(options: { readonly ways?: readonly Way[] } = {}) {
  const { url } = await migratedDatabase();
  const world = await openWorld({ adminUrl: url, password }, options);
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  afterAll(() => Promise.all([world.close(), admin.end()]));
  return {
    ...world,
    url,
    /** Asks as the owner of the database, past all policies. */
    ask: async (text: string, values?: unknown[]) => (await admin.query(text, values)).rows,
  };
}
