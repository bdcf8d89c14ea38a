import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TenantPool, TenantPoolOptions } from '../../src/index.ts';
import { sharedTables } from '../../src/placement/index.ts';
import { Turns } from '../../src/pool/fair/turns.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();

function fairPool(
  fair: Parameters<typeof sharedTables>[0]['fair'],
  max: number,
  options: TenantPoolOptions = {},
) {
  const placements = sharedTables({ fair });
  return {
    pool: database.pool({ max, placements, ...options }),
    use: () => placements.tenantUse(),
  };
}

/** Two connections are open and free afterwards. */
const openTwo = (pool: TenantPool) =>
  Promise.all(
    [acme, globex].map((each) => tenancy.run(each, () => pool.query('select pg_sleep(0.1)'))),
  );

/** Keeps everybody who asks for the lock waiting, until it is opened. */
async function barrier(key: number) {
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query('select pg_advisory_lock($1)', [key]);
  return {
    text: `select pg_advisory_lock_shared(${key}), pg_advisory_unlock_shared(${key})`,
    open: () => admin.end(),
  };
}

describe('whose turn it is', () => {
  test('follows from weight and time used, whatever turns cost', () => {
    const tenants = fc.array(
      fc.record({
        weight: fc.constantFrom(1, 2, 5),
        costs: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      }),
      { minLength: 2, maxLength: 5 },
    );
    fc.assert(
      fc.property(tenants, fc.integer({ min: 1, max: 4 }), (given, servers) => {
        const turns = new Turns((tenant) => given[Number(tenant)]?.weight ?? 1);
        const running: { tenant: number; ends: number; cost: number }[] = [];
        const used = given.map(() => 0);
        const begun = given.map(() => 0);
        let clock = 0;
        for (let i = 0; i < 400; i++) {
          if (running.length === servers) {
            running.sort((a, b) => a.ends - b.ends);
            const { tenant, ends, cost } = running.shift() as (typeof running)[0];
            clock = ends;
            turns.end(String(tenant), cost);
            used[tenant] = (used[tenant] as number) + cost;
          }
          const next = given
            .map((_, tenant) => tenant)
            .reduce((a, b) => (turns.begins(String(b)) < turns.begins(String(a)) ? b : a));
          const { costs } = given[next] as (typeof given)[0];
          const cost = costs[(begun[next] as number) % costs.length] as number;
          begun[next] = (begun[next] as number) + 1;
          turns.begin(String(next));
          running.push({ tenant: next, ends: clock + cost, cost });
        }
        // all wait all the time: by weight, they are never further apart than what runs may cost
        const shares = used.map((ms, tenant) => ms / (given[tenant]?.weight ?? 1));
        const apart = Math.max(...shares) - Math.min(...shares);
        expect(apart).toBeLessThanOrEqual(2 * 50 * (servers + 1));
      }),
    );
  });

  test('gives no credit for time away, and forgets who has no debt', () => {
    const turns = new Turns(() => 1);
    for (let i = 0; i < 10; i++) {
      turns.begin('busy');
      turns.end('busy', 10);
    }
    turns.begin('new');
    turns.end('new', 1);
    expect(turns.begins('new')).toBeGreaterThanOrEqual(turns.begins('away'));
    turns.begin('busy');
    turns.end('busy', 0);
    turns.begin('late');
    turns.end('late', 0);
    turns.forget();
    expect([...turns.entries()].map(([tenant]) => tenant)).not.toContain('new');
  });
});

describe('a tenant with many statements', () => {
  test('waits for itself: another one has its turn among them', async () => {
    const { pool } = fairPool({}, 2);
    await tenancy.run(acme, () => pool.query('select 1'));
    let done = 0;
    const flood = tenancy.run(acme, () =>
      Promise.all(
        Array.from({ length: 80 }, () => pool.query('select pg_sleep(0.01)').then(() => done++)),
      ),
    );
    const at: number[] = [];
    await tenancy.run(globex, async () => {
      for (let i = 0; i < 5; i++) {
        await pool.query('select 1');
        at.push(done);
      }
    });
    await flood;
    expect(at[0]).toBeLessThan(10);
    expect(at[4]).toBeLessThan(40);
  });

  test('leaves connections to others, however slow its statements are', async () => {
    const { pool, use } = fairPool({ maxClients: 2 }, 3);
    const { text, open } = await barrier(91);
    const slow = tenancy.run(acme, () => Promise.all([1, 2, 3, 4].map(() => pool.query(text))));
    await until(() => use().get(acme)?.running === 2, 'it has all that it may have');
    const { rows } = await tenancy.run(globex, () => pool.query('select 1 as one'));
    expect(rows).toEqual([{ one: 1 }]);
    expect(use().get(acme)).toMatchObject({ running: 2, waiting: 2 });
    await open();
    await slow;
    expect(use().get(acme)).toMatchObject({ running: 0, waiting: 0, turns: 4 });
    expect(use().get(acme)?.ms).toBeGreaterThan(0);
  });

  // with maxUses each connection goes back to pg after its statement
  test.each([{}, { maxUses: 1000 }])(
    'asks for no connection that it may not have: %o',
    async (options) => {
      const { pool, use } = fairPool({ maxClients: 1 }, 3, options);
      const { text, open } = await barrier(94);
      const { connect } = pg.Pool.prototype;
      onTestFinished(() => void vi.restoreAllMocks());
      const spy = vi.spyOn(pg.Pool.prototype, 'connect').mockImplementation(function (
        this: pg.Pool,
        ...args: unknown[]
      ) {
        // it would be asked for again before any timer: nothing else would run
        if (spy.mock.calls.length > 50) throw new Error('asked for again and again');
        return Reflect.apply(connect, this, args);
      } as typeof connect);
      const asked = tenancy.run(acme, () => Promise.all([1, 2, 3].map(() => pool.query(text))));
      asked.catch(() => {});
      try {
        await until(() => use().get(acme)?.running === 1, 'one is running');
        await tenancy.run(globex, () => pool.query('select 1'));
        expect(use().get(acme)).toMatchObject({ running: 1, waiting: 2 });
      } finally {
        await open();
      }
      expect(await asked).toHaveLength(3);
      expect(spy.mock.calls.length).toBeGreaterThan(1);
      expect(spy.mock.calls.length).toBeLessThan(10);
    },
  );

  test('is refused when too many of them wait, and is served again later', async () => {
    const { pool, use } = fairPool({ maxClients: 1, maxWaiting: 2 }, 2);
    const { text, open } = await barrier(92);
    const ask = () => tenancy.run(acme, () => pool.query(text));
    const first = ask();
    await until(() => use().get(acme)?.running === 1, 'one is running');
    const waiting = [ask(), ask()];
    expect(await failure(ask())).toMatchObject({ code: 'TENANT_BUSY', status: 429 });
    await tenancy.run(globex, () => pool.query('select 1'));
    await open();
    await Promise.all([first, ...waiting]);
    await tenancy.run(acme, () => pool.query('select 1'));
  });

  test('takes no free connection beyond its own', async () => {
    const { pool, use } = fairPool({ maxClients: 1 }, 2);
    await openTwo(pool);
    const { text, open } = await barrier(95);
    const asked = tenancy.run(acme, () => Promise.all([1, 2].map(() => pool.query(text))));
    await until(() => use().get(acme)?.running === 1, 'one is running');
    expect(use().get(acme)).toMatchObject({ running: 1, waiting: 1 });
    await open();
    await asked;
  });

  test('has no more than its own when several come free at once', async () => {
    const { pool, use } = fairPool({ maxClients: 2 }, 3);
    const { text, open } = await barrier(96);
    let asked: Promise<unknown> | undefined;
    await tenancy.run(globex, async () => {
      const clients = await Promise.all([pool.connect(), pool.connect()]);
      asked = tenancy.outside(() =>
        tenancy.run(acme, () => Promise.all([1, 2, 3].map(() => pool.query(text)))),
      )();
      try {
        await until(() => use().get(acme)?.waiting === 2, 'two wait');
      } finally {
        for (const client of clients) client.release();
      }
    });
    expect(use().get(acme)).toMatchObject({ running: 2, waiting: 1 });
    await open();
    await asked;
  });

  test.each([0, 2])('gets a second connection where it holds one, %i are free', async (free) => {
    const { pool } = fairPool({ maxClients: 1, maxWaiting: 1 }, 2);
    if (free > 0) await openTwo(pool);
    const rows = await tenancy.run(acme, async () => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const [one] = await Promise.all([pool.query('select 1 as one'), client.query('select 2')]);
        await client.query('commit');
        return one.rows;
      } finally {
        client.release();
      }
    });
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('is not refused where it holds a connection, however many others of it wait', async () => {
    const { pool, use } = fairPool({ maxClients: 1, maxWaiting: 1 }, 2);
    const other = await tenancy.run(acme, async () => {
      const client = await pool.connect();
      try {
        const waiting = tenancy.outside(() => tenancy.run(acme, () => pool.query('select 1')))();
        await until(() => use().get(acme)?.waiting === 1, 'another one waits');
        await pool.query('select 2');
        return { waiting };
      } finally {
        client.release();
      }
    });
    await other.waiting;
  });

  test('waits no more when its scope has ended', async () => {
    const { pool, use } = fairPool({ maxClients: 1 }, 2);
    const { text, open } = await barrier(93);
    const first = tenancy.run(acme, () => pool.query(text));
    await until(() => use().get(acme)?.running === 1, 'one is running');
    const late = tenancy.run({ organizationId: acme, timeoutMs: 20 }, () => pool.query('select 1'));
    expect(await failure(late)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    await until(() => use().get(acme)?.waiting === 0, 'nothing waits');
    await open();
    await first;
  });
});

test('tenants that have had nothing for long are forgotten', async () => {
  const { pool, use } = fairPool({}, 1);
  await tenancy.run(globex, () => pool.query('select 1'));
  expect(use().has(globex)).toBe(true);
  await tenancy.run(acme, async () => {
    for (let i = 0; i < 1000; i++) await pool.query('select 1');
  });
  expect(use().has(globex)).toBe(false);
});

test('more turns for a tenant with more weight', async () => {
  const { pool, use } = fairPool({ weight: (tenant) => (tenant === acme ? 4 : 1) }, 1);
  await tenancy.run(acme, () => pool.query('select 1'));
  const order: string[] = [];
  const flood = (organizationId: string) =>
    tenancy.run(organizationId, () =>
      Promise.all(
        Array.from({ length: 60 }, () =>
          pool.query('select pg_sleep(0.002)').then(() => order.push(organizationId)),
        ),
      ),
    );
  await Promise.all([flood(globex), flood(acme)]);
  const half = order.slice(0, 60).filter((each) => each === acme).length;
  expect(half).toBeGreaterThan(36);
  expect(use().get(acme)?.turns).toBe(61);
});

test.each([
  undefined as never,
  5 as never,
  { maxClients: 0 },
  { maxClients: 1.5 },
  { maxWaiting: 0 },
  { weight: 2 as never },
])('refuses %j', (fair) => {
  expect(() => sharedTables({ fair })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
