import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { countedPool } from '../support/counted.ts';
import { acme, ada, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const { pool, during } = await countedPool(database, { max: 1 });
const projects = pgTable('projects', { name: text() });
const db = drizzle({ client: pool });

/** Round trips of `fn`, when everything it prepares is prepared already. */
async function roundTrips(fn: () => Promise<unknown>): Promise<number> {
  await tenancy.run(acme, fn);
  return (await during(() => tenancy.run(acme, fn))).roundTrips;
}

const onClient = (statements: readonly string[]) => async () => {
  const client: pg.PoolClient = await pool.connect();
  for (const statement of statements) await client.query(statement);
  client.release();
};

describe('round trips', () => {
  test.each([
    [1, 'a statement', () => pool.query('select name from projects')],
    [1, 'a statement on a client', onClient(['select 1'])],
    [3, 'three statements on a client', onClient(['select 1', 'select 2', 'select 3'])],
    [0, 'a client that does nothing', onClient([])],
    [0, 'a transaction without statements', onClient(['begin', 'commit'])],
    [0, 'one that is rolled back', onClient(['begin isolation level serializable', 'rollback'])],
    [0, 'a COMMIT and a ROLLBACK of nothing', onClient(['commit', 'rollback', 'end', 'abort'])],
    [2, 'a transaction of one statement', onClient(['begin', 'select 1', 'commit'])],
    [
      4,
      'a transaction of three',
      onClient(['begin', 'select 1', 'select 2', 'select 3', 'commit']),
    ],
    [
      3,
      'SET TRANSACTION first',
      onClient(['begin', 'set transaction read only', 'select 1', 'commit']),
    ],
    [
      2,
      'a transaction of Drizzle with one',
      () => db.transaction((tx) => tx.select().from(projects)),
    ],
    [
      1,
      'an entry',
      () =>
        tenancy.asSystem({ reason: 'a test', actor: 'tests' }, () =>
          pool.enter({ claim: { by: 'slug', value: 'acme' }, user: ada }, () => {}),
        ),
    ],
  ] as const)('%i for %s', async (expected, _, fn) => {
    expect(await roundTrips(fn)).toBe(expected);
  });

  test('an entry with the first statement adds none', async () => {
    const enter = (n: number) =>
      pool.enter(
        { claim: { by: 'slug', value: 'acme' }, user: ada, verify: 'with-first-statement' },
        async () => {
          for (let i = 0; i < n; i++) await pool.query('select name from projects');
        },
      );
    await enter(1);
    expect((await during(() => enter(0))).roundTrips).toBe(0);
    expect((await during(() => enter(1))).roundTrips).toBe(1);
    expect((await during(() => enter(3))).roundTrips).toBe(3);
  });

  test('a prepared statement sends no Parse and no Describe again', async () => {
    const stats = await during(() =>
      tenancy.run(acme, () => pool.query('select name from projects')),
    );
    expect(stats.messages).toMatchObject({
      query: 0,
      parse: 0,
      describe: 0,
      bind: 2,
      execute: 2,
      sync: 1,
    });
  });
});
