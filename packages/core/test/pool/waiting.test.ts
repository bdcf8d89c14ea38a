import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createTenantPool, defineTenancy } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const nowhere = 'postgres://web:web@127.0.0.1:9/nothing';
const many = <T>(n: number, fn: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => fn(i)));

describe('whoever waits for a client', () => {
  test('gets one, when 30 scopes share a single connection', async () => {
    const pool = database.pool({ max: 1 });
    const seen = await many(30, (i) =>
      tenancy.run(i % 2 ? acme : globex, async () => {
        const { rows } = await pool.query('select distinct organization_id as id from projects');
        const client = await pool.connect();
        const inside = await client.query('select distinct organization_id as id from projects');
        client.release();
        return [...rows, ...inside.rows].map((row) => row.id);
      }),
    );
    seen.forEach((ids, i) => {
      expect(ids).toEqual(i % 2 ? [acme, acme] : [globex, globex]);
    });
    expect([pool.totalCount, pool.waitingCount]).toEqual([1, 0]);
  });

  test('is told when the server is down, however many wait', async () => {
    const pool = database.pool({ connectionString: nowhere, max: 2 });
    const errors = await many(7, () => failure(tenancy.run(acme, () => pool.query('select 1'))));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'POOL_UNAVAILABLE', status: 503 });
      expect(error.message).toContain('ECONNREFUSED');
    }
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([0, 0, 0]);
  });

  test('is told about a wrong password, without the password', async () => {
    const url = new URL(database.web);
    url.password = 'guessed';
    const pool = database.pool({ connectionString: url.href, max: 1 });
    for (const error of await many(3, () =>
      failure(tenancy.run(acme, () => pool.query('select 1'))),
    )) {
      expect(error).toMatchObject({ code: 'POOL_UNAVAILABLE' });
      expect(error.message).toContain('28P01');
      expect(error.message).not.toContain('guessed');
    }
  });

  test('is told each time that the start check fails, and served once it holds', async () => {
    const app = `late_app_${process.pid}`; // roles belong to the whole server
    const renamed = defineTenancy({ tenant: 'organization', id: 'uuid', roles: { app } });
    const pool = createTenantPool(renamed, {
      connectionString: database.url,
      max: 1,
      accept: ['login-bypasses-rls'],
    });
    try {
      const ask = () => renamed.run(acme, () => pool.query('select current_user as role'));
      for (const error of await many(3, () => failure(ask()))) {
        expect(error).toMatchObject({ code: 'ROLE_MISSING' });
      }
      await database.ask(`create role ${app} nologin in role app`);
      expect((await ask()).rows).toEqual([{ role: app }]);
    } finally {
      await pool.end();
      await database.ask(`drop role if exists ${app}`);
    }
  });
});

describe("the options of pg's pool", () => {
  const pid = async (pool: ReturnType<typeof database.pool>) => {
    const { rows } = await tenancy.run(acme, () => pool.query('select pg_backend_pid() as pid'));
    return rows[0].pid as number;
  };

  test('maxUses closes a connection after so many uses', async () => {
    const pool = database.pool({ max: 1, maxUses: 2 });
    const pids: number[] = [];
    for (let i = 0; i < 6; i++) pids.push(await pid(pool));
    expect(new Set(pids).size).toBe(3);
    await many(10, () => pid(pool));
  });

  test('max bounds the connections, waitingCount counts the rest', async () => {
    const pool = database.pool({ max: 3 });
    const running = many(8, () => tenancy.run(acme, () => pool.query('select pg_sleep(0.2)')));
    expect(pool.waitingCount).toBe(8);
    await running;
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([3, 3, 0]);
  });

  test('idleTimeoutMillis closes a connection that nobody needs', async () => {
    const pool = database.pool({ max: 1, idleTimeoutMillis: 50 });
    const first = await pid(pool);
    expect(pool.totalCount).toBe(1);
    await expect.poll(() => pool.totalCount).toBe(0);
    expect(await pid(pool)).not.toBe(first);
  });

  test('maxLifetimeSeconds replaces a connection', async () => {
    const pool = database.pool({ max: 1, maxLifetimeSeconds: 1 });
    const first = await pid(pool);
    await expect.poll(() => pid(pool), { interval: 200 }).not.toBe(first);
  });

  test('connectionTimeoutMillis bounds the waiting', async () => {
    const pool = database.pool({ max: 1, connectionTimeoutMillis: 150 });
    // a slow machine may need longer than that to connect
    const served = () =>
      pid(pool).then(
        () => true,
        () => false,
      );
    await until(served, 'the pool has connected');
    await tenancy.run(acme, async () => {
      let client: pg.PoolClient | undefined;
      const take = async () => {
        client ??= await pool.connect().catch(() => undefined);
        return client !== undefined;
      };
      await until(take, 'the only client is held');
      const error = await failure(pool.query('select 1'));
      expect(error).toMatchObject({
        code: 'POOL_UNAVAILABLE',
        found: 'timeout exceeded when trying to connect (150 ms)',
      });
      client?.release();
    });
    await until(served, 'the client is free again');
  });
});
