import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });
const unreachable = database.pool({ connectionString: 'postgres://web@127.0.0.1:1/x' });
const divide = 'select 1 / 0';

/** Each fails far from here: in the tick of a socket. */
const ways: Record<string, () => Promise<unknown>> = {
  async 'a query on the pool'() {
    await pool.query(divide);
  },
  async 'a query that waits for a client'() {
    const first = pool.query('select pg_sleep(0.05)');
    await Promise.all([first, pool.query(divide)]);
  },
  async 'a query on a client'() {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(divide);
    } finally {
      client.release(true);
    }
  },
  async 'a query behind another one of its client'() {
    const client = await pool.connect();
    const first = client.query('select 1');
    try {
      await client.query(divide);
    } finally {
      await first;
      client.release();
    }
  },
  async 'a batch'() {
    await pool.batch(() => [pool.query('select 1'), pool.query(divide)]);
  },
  async 'a library on top'() {
    await drizzle(pool)
      .execute(sql`select 1 / 0`)
      .catch((error) => {
        throw error.cause;
      });
  },
  async 'a statement that the server refuses by its rights'() {
    await pool.query('truncate projects').catch(() => {});
    await pool.query('update projects set id = gen_random_uuid()');
  },
  async 'a server that is not there'() {
    await unreachable.query('select 1');
  },
};

test.each(Object.entries(ways))(
  '%s: the error names the function that asked',
  async (name, way) => {
    const error = await failure(
      tenancy.run(acme, async () => {
        await way();
      }),
    );
    expect(error.stack).toContain(name);
    expect(error.stack).toContain('frames.test.ts');
  },
);

test('the error of a type parser keeps the frames of the parser', async () => {
  const types = {
    getTypeParser: () =>
      function brokenParser() {
        throw new Error('broken');
      },
  };
  const error = await failure(
    tenancy.run(acme, () => pool.query({ text: 'select 1', types: types as never })),
  );
  expect(error.stack).toContain('brokenParser');
});
