import { once } from 'node:events';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createTenantPool, type TenantPool, TenantryError } from '../../src/index.ts';
import { starsOf, underWay } from '../support/activity.ts';
import { countedPool } from '../support/counted.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const { pool: proxied, cut } = await countedPool(database, { max: 2 });
const star = `update projects set stars = stars + 1 from pg_sleep(120) where name = 'Rocket'`;

const pidOf = async (pool: TenantPool) => {
  const { rows } = await tenancy.run(acme, () => pool.query('select pg_backend_pid() as pid'));
  return rows[0].pid as number;
};
const terminate = (pid: number) => database.ask('select pg_terminate_backend($1)', [pid]);
/** Waits until the server has closed the connection of a backend. */
const gone = (pid: number) =>
  until(
    async () =>
      (await database.ask('select from pg_stat_activity where pid = $1', [pid])).length === 0,
    'the backend is gone',
  );
const silent = { warn() {} };

/** After whatever happened: both tenants are served, with their own rows. */
async function expectServing(pool: TenantPool): Promise<void> {
  for (const tenant of [acme, globex]) {
    const { rows } = await tenancy.run(tenant, () =>
      pool.query('select distinct organization_id as id from projects'),
    );
    expect(rows).toEqual([{ id: tenant }]);
  }
  await until(() => pool.idleCount === pool.totalCount, 'every client is idle');
  expect(pool.waitingCount).toBe(0);
}

/** An error of PostgreSQL or of this package, or the words of pg for a lost connection. */
function expectTold(error: Error & { code?: string }): void {
  const told =
    TenantryError.is(error) ||
    /^(57P0\d|08\d{3}|ECONNRESET|EPIPE)$/.test(error.code ?? '') ||
    /terminated|not queryable|closed/.test(error.message);
  expect(told, String(error)).toBe(true);
}

describe('an error of SQL', () => {
  test.each([
    'select 1/0',
    'select nonsense',
    `insert into projects (name) values ('Rocket')`,
    'select $1::int',
  ])('keeps the connection: %s', async (text) => {
    const pool = database.pool({ max: 1 });
    const before = await pidOf(pool);
    for (let i = 0; i < 3; i++) {
      await expect(
        tenancy.run(acme, () => pool.query(text, text.includes('$') ? ['x'] : [])),
      ).rejects.toThrow();
    }
    expect(await pidOf(pool)).toBe(before);
  });
});

describe('a backend that is terminated', () => {
  test('during a statement rejects it', async () => {
    const pool = database.pool({ max: 1, logger: silent });
    const pid = await pidOf(pool);
    const before = await starsOf(database, 'Rocket');
    const running = failure(tenancy.run(acme, () => pool.query(star)));
    await until(async () => (await underWay(database)) > 0, 'the statement runs');
    await terminate(pid);
    expect(await running).toMatchObject({ code: '57P01' });
    await expectServing(pool);
    expect(await starsOf(database, 'Rocket')).toBe(before);
  });

  test('between two statements of a scope is noticed by the next, if at all', async () => {
    const pool = database.pool({ max: 1, logger: silent });
    await tenancy.run(acme, async () => {
      const { rows } = await pool.query('select pg_backend_pid() as pid');
      await terminate(rows[0].pid);
      const next = await pool.query('select 1 as one').catch((error) => error);
      if (next instanceof Error) expectTold(next);
      else expect(next.rows).toEqual([{ one: 1 }]);
    });
    await expectServing(pool);
  });

  test('while a client waits in a transaction ends the transaction', async () => {
    const pool = database.pool({ max: 1, logger: silent });
    const before = await starsOf(database, 'Rocket');
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(star.replace('pg_sleep(120)', 'pg_sleep(0)'));
      const { processID } = client as pg.PoolClient & { processID: number };
      await terminate(processID);
      await gone(processID);
      for (const text of ['select 1', 'commit', 'rollback']) {
        expectTold(await failure(client.query(text)));
      }
      client.release();
    });
    await expectServing(pool);
    expect(await starsOf(database, 'Rocket')).toBe(before);
  });

  test('while nobody uses it is replaced, and told to the logger', async () => {
    const warnings: string[] = [];
    const pool = database.pool({ max: 1, logger: { warn: (text) => warnings.push(text) } });
    const back = once(pool, 'release'); // it stays in hand for a moment
    const pid = await pidOf(pool);
    await back;
    await terminate(pid);
    await until(() => pool.totalCount === 0, 'the connection is dropped');
    await expectServing(pool);
    expect(warnings.join()).toContain('an idle connection was lost');
  });

  test('while nobody uses it is told to an error listener instead', async () => {
    const warnings: string[] = [];
    const pool = database.pool({ max: 1, logger: { warn: (text) => warnings.push(text) } });
    const heard: [Error, pg.PoolClient][] = [];
    pool.on('error', (...args) => heard.push(args));
    const back = once(pool, 'release');
    const pid = await pidOf(pool);
    await back;
    await terminate(pid);
    await until(() => heard.length > 0, 'the listener has heard');
    expect(heard).toEqual([[expect.any(Error), expect.objectContaining({ processID: pid })]]);
    expect(warnings).toEqual([]);
    await expectServing(pool);
  });

  test.each(['a listener', 'the logger'])(
    'a moment after its use is dropped from hand, and told to %s once',
    async (whom) => {
      const warnings: string[] = [];
      const pool = database.pool({ max: 1, logger: { warn: (text) => warnings.push(text) } });
      const heard: [Error, pg.PoolClient][] = [];
      const seen: unknown[] = [];
      pool.on('remove', () => seen.push(pool.totalCount));
      if (whom === 'a listener') pool.on('error', (...args) => heard.push(args));
      const pid = await pidOf(pool);
      await terminate(pid);
      await until(() => pool.totalCount === 0, 'the connection is dropped');
      await expectServing(pool);
      const told = whom === 'a listener' ? heard : warnings;
      expect(told).toHaveLength(1);
      expect(whom === 'a listener' ? warnings : heard).toEqual([]);
      if (whom === 'a listener')
        expect(heard[0]).toEqual([
          expect.objectContaining({ code: '57P01' }),
          expect.objectContaining({ processID: pid }),
        ]);
      else expect(warnings[0]).toContain('an idle connection was lost');
      expect(seen).toEqual([0]);
    },
  );

  test('during a statement is told to nobody else', async () => {
    const warnings: string[] = [];
    const pool = database.pool({ max: 1, logger: { warn: (text) => warnings.push(text) } });
    const pid = await pidOf(pool);
    const running = failure(tenancy.run(acme, () => pool.query(star)));
    await until(async () => (await underWay(database)) > 0, 'the statement runs');
    await terminate(pid);
    expect(await running).toMatchObject({ code: '57P01' });
    await until(() => pool.totalCount === 0, 'the connection is dropped');
    expect(warnings).toEqual([]);
  });

  test('again and again under load loses no client and mixes no tenants', async () => {
    const pool = database.pool({ max: 3, logger: silent });
    let running = true;
    let served = 0;
    const killer = (async () => {
      while (running) {
        const enough = served + 5;
        await until(() => served >= enough || !running, 'five more are served');
        const [killed] = await database.ask(
          `select pid, pg_terminate_backend(pid) from pg_stat_activity
           where usename = 'web' and datname = current_database() order by random() limit 1`,
        );
        if (killed) await gone(killed.pid as number);
      }
    })();
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const tenant = i % 2 ? acme : globex;
        for (let n = 0; n < 40; n++) {
          await tenancy
            .run(tenant, async () => {
              const { rows } = await pool.query('select organization_id as id from projects');
              served++;
              for (const { id } of rows) expect(id).toBe(tenant);
            })
            .catch((error) => {
              if (error.name === 'AssertionError') throw error;
              expectTold(error);
            });
        }
      }),
    );
    running = false;
    await killer;
    expect(served).toBeGreaterThan(100);
    // the last of them may be gone on the server, and its end not yet read here
    await until(
      () =>
        tenancy
          .run(acme, () => pool.query('select 1'))
          .then(
            () => true,
            (error) => {
              expectTold(error);
              return false;
            },
          ),
      'a statement is served',
    );
    await expectServing(pool);
  });
});

describe('a network that breaks', () => {
  test('rejects what runs and what waits for nothing, and the pool recovers', async () => {
    await tenancy.run(acme, () => proxied.query('select 1'));
    const texts = [...Array(2).fill('select pg_sleep(120)'), 'select 1', 'select 2'];
    const running = texts.map((text) =>
      tenancy.run(acme, () => proxied.query(text)).catch((error) => error),
    );
    await until(async () => (await underWay(database)) === 2, 'both connections are busy');
    expect(await cut()).toBeGreaterThan(0);
    const outcomes = await Promise.all(running);
    const lost = outcomes.filter((outcome) => outcome instanceof Error);
    expect(lost.length).toBeGreaterThanOrEqual(2);
    for (const error of lost) expectTold(error);
    await expectServing(proxied);
    // the server has not noticed
    await database.ask(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query like '%pg_sleep(120)%' and pid <> pg_backend_pid()`,
    );
  });

  test('is survived by a held client: its statements fail, its release works', async () => {
    await tenancy.run(acme, async () => {
      const client = await proxied.connect();
      await client.query('begin');
      await client.query('select 1');
      await cut();
      await until(() => proxied.idleCount === 0, 'the other connection is dropped');
      expectTold(await failure(client.query('select 1')));
      expectTold(await failure(client.query('rollback')));
      client.release();
    });
    await expectServing(proxied);
  });
});

test('options that pg cannot read refuse each statement, and leave nothing behind', async () => {
  const pool = createTenantPool(tenancy, { connectionString: 'postgres://web@[:5432/x' });
  const all = await Promise.all([1, 2, 3].map(() => failure(pidOf(pool))));
  expect(all.map(({ code }) => code)).toEqual(new Array(3).fill('POOL_UNAVAILABLE'));
  expect(pool.waitingCount).toBe(0);
  await pool.end();
});

describe('a pool that ends', () => {
  test('finishes what runs and what waits, refuses what comes, and ends once', async () => {
    const pool = database.pool({ max: 1 });
    await pidOf(pool);
    const running = tenancy.run(acme, () => pool.query('select pg_sleep(0.2), 1 as one'));
    const waiting = [2, 3, 4].map((n) =>
      tenancy.run(acme, () => pool.query('select $1::int as n', [n])),
    );
    const together = tenancy.run(acme, () =>
      pool.batch(() => [Promise.resolve().then(() => pool.query('select 5 as n'))]),
    );
    const ending = pool.end();
    expect([pool.ending, pool.ended]).toEqual([true, false]);
    const late = failure(tenancy.run(acme, () => pool.batch(() => [pool.query('select 1')])));
    expect(await late).toMatchObject({ code: 'POOL_UNAVAILABLE' });
    expect((await Promise.all(waiting)).map(({ rows }) => rows[0].n)).toEqual([2, 3, 4]);
    expect((await together)[0]).toMatchObject({ rows: [{ n: 5 }] });
    expect(await failure(pidOf(pool))).toMatchObject({ code: 'POOL_UNAVAILABLE' });
    expect((await running).rows[0].one).toBe(1);
    await ending;
    expect([pool.totalCount, pool.idleCount, pool.waitingCount, pool.ended]).toEqual([
      0,
      0,
      0,
      true,
    ]);
    expect((await failure(pool.end())).message).toContain('more than once');
    expect(await failure(pidOf(pool))).toMatchObject({ code: 'POOL_UNAVAILABLE' });
  });

  test('that was never used ends at once', async () => {
    await database.pool().end();
  });

  test('while its first connection is being opened serves those who asked for it', async () => {
    const pool = database.pool({ max: 1 });
    const waiting = [pidOf(pool), pidOf(pool)];
    await pool.end();
    const [pid] = await Promise.all(waiting);
    expect(pid).toBeGreaterThan(0);
    expect(pool.totalCount).toBe(0);
  });
});
