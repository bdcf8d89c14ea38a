import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { starsOf, underWay } from '../support/activity.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, gate, until } from '../support/wait.ts';

const database = await coreDatabase();
const slowUpdate = `update projects set stars = stars + 1 from pg_sleep(120) where name = 'Rocket'`;
const system = { reason: 'a test', actor: 'tests', write: true };

/** Ways to leave database work behind, each with what the error says of it. */
const leftovers: Record<string, [says: string, leave: (pool: TenantPool) => unknown]> = {
  'a statement that is not awaited': [
    'a statement that was still running (update)',
    (pool) => void pool.query(slowUpdate).catch(() => {}),
  ],
  'a statement that still waits for a client': [
    'a statement that waited for a client',
    (pool) => {
      for (let i = 0; i < 3; i++) void pool.query(slowUpdate).catch(() => {});
    },
  ],
  'a statement of a client': [
    'a statement of a client that was still running',
    async (pool) => void (await pool.connect()).query(slowUpdate).catch(() => {}),
  ],
  'a statement inside a transaction': [
    'a statement of a client that was still running',
    async (pool) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select 1');
      client.query(slowUpdate).catch(() => {});
    },
  ],
  'an open transaction': [
    'a transaction that was neither committed nor rolled back',
    async (pool) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`update projects set stars = stars + 1 where name = 'Rocket'`);
    },
  ],
  'a client that is not released': [
    'a client that was not released',
    async (pool) => void (await pool.connect()),
  ],
  'a batch that is not awaited': [
    'a statement that was still running (update)',
    (pool) => void pool.batch(() => [pool.query(slowUpdate)]).catch(() => {}),
  ],
  'a batch that is still being collected': [
    'a batch that was being collected',
    (pool) => void pool.batch(() => [pool.query(slowUpdate), collected.promise]).catch(() => {}),
  ],
  'a statement of a nested scope': [
    'a statement that was still running (update)',
    (pool) => void tenancy.run(acme, () => pool.query(slowUpdate)).catch(() => {}),
  ],
  'a statement of a system scope inside': [
    'a statement that was still running (update)',
    (pool) => void tenancy.asSystem(system, () => pool.query(slowUpdate)).catch(() => {}),
  ],
};

let collected = gate();
let pool: TenantPool;
let starsBefore: number;

beforeEach(async () => {
  collected = gate();
  pool = database.pool({ max: 2 });
  await tenancy.run(acme, () => pool.query('select 1'));
  await tenancy.asSystem(system, () => pool.query('select 1'));
  starsBefore = await starsOf(database, 'Rocket');
});

/** Nothing runs on, nothing was committed, and the pool serves the next scope. */
async function expectCleanAfter(): Promise<void> {
  await until(async () => (await underWay(database)) === 0, 'the server has let go');
  collected.resolve();
  await new Promise(setImmediate);
  expect(await underWay(database)).toBe(0);
  expect(await starsOf(database, 'Rocket')).toBe(starsBefore);
  const { rows } = await tenancy.run(globex, () =>
    pool.query('select distinct organization_id as id from projects'),
  );
  expect(rows).toEqual([{ id: globex }]);
  await until(() => pool.idleCount === pool.totalCount, 'every client is idle');
  expect(pool.waitingCount).toBe(0);
}

describe.each(Object.entries(leftovers))('a scope that leaves behind %s', (_, [says, leave]) => {
  test('fails, and the work is rolled back', async () => {
    const run = tenancy.run(acme, async () => {
      // so that connections are at hand: what is left behind has begun, however busy the machine is
      await tenancy.asSystem(system, () => pool.query('select 1'));
      await pool.query('select 1');
      return leave(pool);
    });
    const error = await failure(run);
    expect(error).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED', status: 500 });
    expect(error.message).toContain(says);
    await expectCleanAfter();
  });

  test('keeps its own error when it fails by itself', async () => {
    const own = new Error('mine');
    const run = tenancy.run(acme, async () => {
      await leave(pool);
      throw own;
    });
    expect(await failure(run)).toBe(own);
    await expectCleanAfter();
  });

  test('is cut short by its time limit', async () => {
    const run = tenancy.run({ organizationId: acme, timeoutMs: 100 }, async () => {
      await leave(pool);
      await new Promise(() => {});
    });
    expect(await failure(run)).toMatchObject({ code: 'SCOPE_TIMEOUT', status: 504 });
    await expectCleanAfter();
  });
});

// the outer scope stops the work of the inner one; the inner one ends because of that, and must
// not stop it, or give the client back, once more
test('a client of a nested scope is given up once, although both scopes end', async () => {
  let inner: Promise<unknown> | undefined;
  const run = tenancy.run({ organizationId: acme, timeoutMs: 100 }, () => {
    inner = failure(
      tenancy.run(acme, async () => {
        const client = await pool.connect();
        await client.query('begin');
        await client.query(slowUpdate);
      }),
    );
    return inner;
  });
  const error = await failure(run);
  expect(error).toMatchObject({ code: 'SCOPE_TIMEOUT' });
  expect(await inner).toBe(error);
  await expectCleanAfter();
});

test('a statement that is given its client while its scope ends is unfinished', async () => {
  // with maxUses every client returns to the pool of pg, which lends it a turn later
  const lending = database.pool({ max: 1, maxUses: 1000 });
  await tenancy.run(acme, () => lending.query('select 1'));
  for (let turns = 0; turns < 10; turns++) {
    const forget = async () => {
      const forgotten = failure(lending.query('select pg_sleep(60)'));
      for (let i = 0; i < turns; i++) await undefined;
      return { forgotten };
    };
    // a callback: what pg does in the next tick comes before the end of the scope
    const running = new Promise((resolve, reject) => {
      setImmediate(() => tenancy.run(acme, forget).then(resolve, reject));
    });
    await expect(running, `${turns} turns`).rejects.toMatchObject({
      code: 'SCOPE_WORK_UNFINISHED',
    });
  }
});

// in between nothing would stop it: the scope has stopped what it knew, and the statement has not begun
test('a statement whose scope ends between its client and its beginning never runs', async () => {
  const narrow = database.pool({ max: 1 });
  const own = new Error('mine');
  for (let turns = 0; turns < 6; turns++) {
    let fail = (_: Error) => {};
    const ended = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const done = gate();
    let release: (() => void) | undefined;
    const holding = tenancy.run(globex, async () => {
      const client = await narrow.connect();
      release = () => client.release();
      await done.promise;
    });
    await until(() => release !== undefined, 'the only client is taken');
    let forgotten: Promise<Error> | undefined;
    const run = failure(
      tenancy.run(acme, () => {
        forgotten = failure(narrow.query('select pg_sleep(120)'));
        return ended;
      }),
    );
    (release as unknown as () => void)();
    for (let i = 0; i < turns; i++) await undefined;
    fail(own);
    done.resolve();
    expect(await run, `${turns} turns`).toBe(own);
    expect(await forgotten, `${turns} turns`).toBeInstanceOf(Error);
    await holding;
  }
});
