import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { backends, starsOf, underWay } from '../support/activity.ts';
import { countedPool } from '../support/counted.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, gate, until } from '../support/wait.ts';

const database = await coreDatabase();
const slow = 'select pg_sleep(120)';
const limited = (limits: object, fn: () => unknown) =>
  tenancy.run({ organizationId: acme, ...limits }, async () => fn());

describe('timeoutMs', () => {
  test.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
    'of %d is refused',
    async (ms) => {
      expect(await failure(limited({ timeoutMs: ms }, () => {}))).toMatchObject({
        code: 'CONFIG_INVALID',
      });
    },
  );

  test('rejects the statement that it cut short, and every later one, with the same error', async () => {
    const pool = database.pool({ max: 1 });
    let inside: unknown;
    let later: unknown;
    const run = limited({ timeoutMs: 80 }, async () => {
      inside = await failure(pool.query(slow));
      later = await failure(pool.query('select 1'));
    });
    const error = await failure(run);
    expect(error).toMatchObject({ code: 'SCOPE_TIMEOUT', status: 504 });
    await until(() => later !== undefined, 'the function has gone on');
    expect(inside).toBe(error);
    expect(later).toBe(error);
  });

  test('leaves alone a scope that is in time, and what comes after', async () => {
    const pool = database.pool({ max: 1 });
    const { rows } = (await limited({ timeoutMs: 200_000 }, () =>
      pool.query('select pg_backend_pid() as pid'),
    )) as { rows: [{ pid: number }] };
    const after = await tenancy.run(globex, () => pool.query('select pg_backend_pid() as pid'));
    expect(after.rows).toEqual(rows);
  });

  test('rejects a function that waits for no statement, and hears nothing of its late failure', async () => {
    const cut = gate();
    const late = limited({ timeoutMs: 20 }, async () => {
      await cut.promise;
      throw new Error('too late to matter');
    });
    expect(await failure(late)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    cut.resolve();
    await new Promise(setImmediate); // an unhandled rejection would fail this file
  });

  test('of a nested scope ends that scope only', async () => {
    const pool = database.pool({ max: 2 });
    const rows = await tenancy.run(acme, async () => {
      const nested = limited({ timeoutMs: 50 }, () => pool.query(slow));
      expect(await failure(nested)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
      return (await pool.query('select 1 as one')).rows;
    });
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('holds for enter, asSystem and resume', async () => {
    const pool = database.pool({ max: 2 });
    const claim = { by: 'slug', value: 'acme' };
    const system = { reason: 'a test', actor: 'tests' };
    for (const run of [
      () => pool.enter({ claim, user: ada, timeoutMs: 100 }, () => pool.query(slow)),
      () => tenancy.asSystem({ ...system, timeoutMs: 100 }, () => pool.query(slow)),
    ]) {
      expect(await failure(run())).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    }
    await until(async () => (await underWay(database)) === 0, 'nothing runs on');
  });
});

describe('signal', () => {
  const reason = new Error('the client went away');
  const star = `update projects set stars = stars + 1 from pg_sleep(120) where name = 'Rocket'`;

  test('that is aborted already keeps the function from starting', async () => {
    let started = false;
    const run = limited({ signal: AbortSignal.abort(reason) }, () => {
      started = true;
    });
    expect(await failure(run)).toMatchObject({ code: 'SCOPE_ABORTED', status: 499, cause: reason });
    expect(started).toBe(false);
  });

  const some = async (holds: (backend: Record<string, unknown>) => unknown) =>
    (await backends(database)).some(holds);
  const runs = () =>
    some(({ state, query }) => state === 'active' && String(query).includes('pg_sleep(120)'));

  test.each([
    ['a statement', (pool: ReturnType<typeof database.pool>) => pool.query(star), runs],
    [
      'a statement of a transaction',
      async (pool: ReturnType<typeof database.pool>) => {
        const client = await pool.connect();
        await client.query('begin');
        await client.query(star.replace('pg_sleep(120)', 'pg_sleep(0)'));
        await client.query(star);
      },
      runs,
    ],
    [
      'an idle transaction',
      async (pool: ReturnType<typeof database.pool>) => {
        const client = await pool.connect();
        await client.query('begin');
        await client.query(star.replace('pg_sleep(120)', 'pg_sleep(0)'));
        await new Promise(() => {});
      },
      () => some(({ in_transaction }) => in_transaction),
    ],
    [
      'the waiting for a client',
      async (pool: ReturnType<typeof database.pool>) => {
        await pool.connect();
        await pool.connect();
      },
      (pool: ReturnType<typeof database.pool>) => pool.waitingCount === 1,
    ],
  ])('ends %s', async (_, work, isUnderWay) => {
    const pool = database.pool({ max: 1 });
    await tenancy.run(acme, () => pool.query('select 1'));
    const before = await starsOf(database, 'Rocket');
    const controller = new AbortController();
    const run = failure(limited({ signal: controller.signal }, () => work(pool)));
    await until(async () => isUnderWay(pool), 'it is under way');
    controller.abort(reason);
    expect(await run).toMatchObject({ code: 'SCOPE_ABORTED', cause: reason });
    await until(async () => (await underWay(database)) === 0, 'nothing runs on');
    expect(await starsOf(database, 'Rocket')).toBe(before);
    expect((await tenancy.run(globex, () => pool.query('select 1 as one'))).rows).toEqual([
      { one: 1 },
    ]);
  });

  test('is no longer listened to when the scope is over', async () => {
    const { signal } = new AbortController();
    await limited({ signal }, () => {});
    await failure(limited({ signal }, () => Promise.reject(new Error('own'))));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a server that no longer answers', () => {
  test('cannot hold a scope beyond its limit for long', async () => {
    const { pool, pause, resume } = await pausable;
    await tenancy.run(acme, () => pool.query('select 1'));
    await pause();
    const run = limited({ timeoutMs: 100 }, () => pool.query('select 1'));
    expect(await failure(run)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    await resume();
    await until(() => pool.idleCount === pool.totalCount, 'the connection is given up');
    expect((await tenancy.run(acme, () => pool.query('select 1 as one'))).rows).toEqual([
      { one: 1 },
    ]);
  });
});

const pausable = countedPool(database, { max: 1 });
