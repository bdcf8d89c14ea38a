import { randomBytes } from 'node:crypto';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { loginUrls, prepareDatabase } from '../../src/prepare.ts';
import { seed } from '../../src/seed/index.ts';
import type { BusinessKey, PersonKey } from '../../src/seed/stories.ts';
import { tenancy } from '../../src/tenancy.ts';
import { readWrappingKeys } from '../../src/vault/wrapping-keys.ts';

export const password = 'a password of the tests';

/** A migrated database of this test file. */
export async function emptyDatabase(): Promise<string> {
  const { url } = await testDatabase({
    key: 'solo-operator',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });
  return url;
}

/** A migrated and seeded database of this test file. */
export async function testWorld() {
  const url = await emptyDatabase();
  const database = openDatabase(loginUrls(url, password));
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  afterAll(() => Promise.all([database.pool.end(), admin.end()]));
  const keys = readWrappingKeys(randomBytes(32).toString('base64'));
  const seeded = await seed(database, keys);
  return {
    ...database,
    url,
    keys,
    seeded,
    /** Asks as the owner of the database, past all policies. */
    ask: async (text: string, values?: unknown[]) => (await admin.query(text, values)).rows,
    /** Runs work as a person of a business, as a request does. */
    as: <T>(business: BusinessKey, person: PersonKey, work: () => Promise<T>): Promise<T> =>
      database.pool.enter(
        {
          claim: { by: 'id', value: seeded.businesses[business] },
          user: seeded.users[person],
        },
        work,
      ),
    /** Runs work as an operator, across businesses. */
    asOperator: <T>(work: () => Promise<T>): Promise<T> =>
      tenancy.asSystem({ reason: 'a test', actor: 'operator', write: true }, work),
  };
}

/** What a statement is refused with, also when Drizzle has wrapped it. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: { code?: string; cause?: { code?: string } }) =>
      error.code ?? error.cause?.code ?? String(error),
  );
