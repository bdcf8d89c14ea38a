import type pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTenantPool, type TenantPool } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { sleep, until } from '../support/wait.ts';

const database = await coreDatabase();
const system = { reason: 'a test', actor: 'tests' };

async function transaction<T>(
  pool: TenantPool,
  fn: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select 1');
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** How long a promise takes to settle, in milliseconds, and its error. */
async function timed(
  promise: Promise<unknown>,
): Promise<[ms: number, code: unknown, found: unknown]> {
  const started = performance.now();
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  return [performance.now() - started, error?.code, error?.found];
}

describe.concurrent('a scope that waits for the client it holds itself', () => {
  const ways: Record<string, (pool: TenantPool) => Promise<unknown>> = {
    'a query on the pool inside a transaction': (pool) => pool.query('select 1'),
    'a second client': (pool) => pool.connect(),
    'a batch': (pool) => pool.batch(() => [pool.query('select 1')]),
    'a nested scope': (pool) => tenancy.run(acme, () => pool.query('select 1')),
  };

  test.each(Object.entries(ways))('%s is told within about a second', async (_, inner) => {
    const pool = database.pool({ max: 1 });
    await tenancy.run(acme, () => pool.query('select 1'));
    const run = tenancy.run(acme, () => transaction(pool, () => inner(pool)));
    const [ms, code, found] = await timed(run);
    expect(code).toBe('POOL_CHECKOUT_DEADLOCK');
    expect(ms).toBeGreaterThan(400);
    // by the circle, not because a scope that holds a client waited for three seconds
    expect(found).toBe('1 of 1 clients held, 1 waiting');
    expect((await tenancy.run(globex, () => pool.query('select 1 as one'))).rows).toEqual([
      { one: 1 },
    ]);
    expect([pool.totalCount, pool.waitingCount]).toEqual([1, 0]);
  });

  test('system work through the same pool is told too', async () => {
    const pool = createTenantPool(tenancy, {
      connectionString: database.url,
      accept: ['login-bypasses-rls'],
      max: 1,
    });
    onTestFinished(() => pool.end());
    const run = tenancy.run(acme, () =>
      transaction(pool, () => tenancy.asSystem(system, () => pool.query('select 1'))),
    );
    expect((await timed(run))[1]).toBe('POOL_CHECKOUT_DEADLOCK');
  });
});

test('five scopes that each hold one of five clients and want another: some give way, the rest get through', async () => {
  const pool = database.pool({ max: 5 });
  await Promise.all(
    Array.from({ length: 5 }, () => tenancy.run(acme, () => pool.query('select pg_sleep(0.05)'))),
  );
  let holding = 0;
  const runs = Array.from({ length: 5 }, (_, i) =>
    timed(
      tenancy.run(i % 2 ? acme : globex, () =>
        transaction(pool, async () => {
          holding++;
          await until(() => holding >= 5, 'all clients are held');
          return pool.query('select 1');
        }),
      ),
    ),
  );
  const outcomes = await Promise.all(runs);
  const refused = outcomes.filter(([, code]) => code === 'POOL_CHECKOUT_DEADLOCK');
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(refused.length).toBeLessThan(5);
  expect(outcomes.filter(([, code]) => code === undefined)).toHaveLength(5 - refused.length);
  for (const [, , found] of refused) expect(found).toMatch(/^5 of 5 clients held/);
  expect(pool.waitingCount).toBe(0);
});

describe.concurrent('waiting that is no deadlock is left alone', () => {
  const fine = async (
    pool: TenantPool,
    holder: () => Promise<unknown>,
    waiter: () => Promise<unknown>,
  ) => {
    await tenancy.run(acme, () => pool.query('select 1'));
    const held = holder();
    await until(() => pool.idleCount === 0, 'the client is held');
    const codes = (await Promise.all([timed(held), timed(waiter())])).map(([, code]) => code);
    expect(codes).toEqual([undefined, undefined]);
  };

  test('a slow statement of the holder, beside a query of the same scope', async () => {
    const pool = database.pool({ max: 1 });
    await tenancy.run(acme, () =>
      fine(
        pool,
        () => transaction(pool, (client) => client.query('select pg_sleep(1.1)')),
        () => pool.query('select 1'),
      ),
    );
  });

  test('many short statements of the holder, with pauses', async () => {
    const pool = database.pool({ max: 1 });
    await tenancy.run(acme, () =>
      fine(
        pool,
        () =>
          transaction(pool, async (client) => {
            // twice the patience of the watch, each pause far below it
            for (const since = performance.now(); performance.now() - since < 1100; ) {
              await client.query('select 1');
              await sleep(50);
            }
          }),
        () => pool.query('select 1'),
      ),
    );
  });

  test('a holder that is busy elsewhere, and a waiter of another scope', async () => {
    const pool = database.pool({ max: 1 });
    await fine(
      pool,
      () => tenancy.run(acme, () => transaction(pool, () => sleep(1100))),
      () => tenancy.run(globex, () => pool.query('select 1')),
    );
  });

  test('a pool that can still grow', async () => {
    const pool = database.pool({ max: 2 });
    await tenancy.run(acme, () =>
      transaction(pool, async () => {
        expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      }),
    );
  });
});

describe.concurrent('waiting across the pool of tenants and the pool of the system', () => {
  const both = () =>
    database.pool({ max: 1, system: { connectionString: database.worker, max: 1 } });

  test('for somebody who still works is left alone', async () => {
    const pool = both();
    const outcomes = await Promise.all([
      timed(tenancy.asSystem(system, () => pool.query('select pg_sleep(1.2)'))),
      timed(
        tenancy.run(acme, () =>
          transaction(pool, () => tenancy.asSystem(system, () => pool.query('select 1'))),
        ),
      ),
      timed(tenancy.run(globex, () => pool.query('select 1'))),
    ]);
    expect(outcomes.map(([, code]) => code)).toEqual([undefined, undefined, undefined]);
  });
});

test('two scopes that wait for each other through both pools are told', async () => {
  const pool = database.pool({ max: 1, system: { connectionString: database.worker, max: 1 } });
  await tenancy.run(acme, () => pool.query('select 1'));
  await tenancy.asSystem(system, () => pool.query('select 1'));
  let holding = 0;
  const both = async () => {
    holding++;
    await until(() => holding === 2, 'both hold a client');
  };
  const one = tenancy.run(acme, () =>
    transaction(pool, async () => {
      await both();
      await tenancy.asSystem(system, () => pool.query('select 1'));
    }),
  );
  const other = tenancy.asSystem(system, () =>
    transaction(pool, async () => {
      await both();
      await tenancy.run(acme, () => pool.query('select 1'));
    }),
  );
  const outcomes = await Promise.all([timed(one), timed(other)]);
  expect(outcomes.map(([, code]) => code)).toContain('POOL_CHECKOUT_DEADLOCK');
});
