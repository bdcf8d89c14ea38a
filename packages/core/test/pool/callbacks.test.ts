import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

type Called = (error: Error | null | undefined, result?: pg.QueryResult) => void;
type On = pg.Pool | pg.PoolClient;

/** The three ways to hand over a callback. */
const ways: Record<string, (on: On, text: string, callback: Called) => unknown> = {
  'query(text, callback)': (on, text, callback) => on.query(text, callback as never),
  'query(text, values, callback)': (on, text, callback) => on.query(text, [], callback as never),
  'query(config, callback)': (on, text, callback) => on.query({ text }, callback as never),
};

const asked = (ask: (callback: Called) => unknown) =>
  new Promise<{
    error: Error | null | undefined;
    result: pg.QueryResult | undefined;
    tenant: unknown;
  }>((resolve) => {
    const given = ask((error, result) =>
      resolve({ error, result, tenant: tenancy.current().organizationId }),
    );
    expect(given).toBeUndefined();
  });

describe.each(Object.entries(ways))('%s', (_, way) => {
  test('calls back with the result, in the scope', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      for (const on of [pool, client]) {
        const answer = await asked((callback) => way(on, 'select 7 as n', callback));
        expect(answer.error ?? null).toBeNull();
        expect(answer.result?.rows).toEqual([{ n: 7 }]);
        expect(answer.tenant).toBe(acme);
      }
      client.release();
    });
  });

  test('calls back with the error, whatever refuses it', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      for (const on of [pool, client]) {
        for (const [text, code] of [
          ['select 1 / 0', '22012'],
          ['drop table projects', 'STATEMENT_REFUSED'],
        ] as const) {
          const { error } = await asked((callback) => way(on, text, callback));
          expect(error).toMatchObject({ code });
        }
      }
      client.release();
    });
    const outside = await new Promise((resolve) => way(pool, 'select 1', resolve as Called));
    expect(outside).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

test('a callback that its scope does not wait for gets an error', async () => {
  let heard!: (error: unknown) => void;
  const called = new Promise((resolve) => {
    heard = resolve;
  });
  const scope = inAcme(async () => {
    pool.query('select pg_sleep(60)', (error) => heard(error));
  });
  expect(await failure(scope)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
  expect(await called).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
});

test('connect(callback) gives the client and how to give it back', async () => {
  await inAcme(async () => {
    const rows = await new Promise((resolve, reject) => {
      pool.connect((error, client, done) => {
        if (error !== undefined || client === undefined) return reject(error);
        client.query('select 7 as n', (failed, result) => {
          done();
          if (failed) reject(failed);
          else resolve(result.rows);
        });
      });
    });
    expect(rows).toEqual([{ n: 7 }]);
    expect(pool.idleCount).toBe(pool.totalCount);
  });
  const refused = await new Promise((resolve) => {
    pool.connect((error, client, done) => {
      done();
      resolve([error, client]);
    });
  });
  expect(refused).toMatchObject([{ code: 'TENANT_CONTEXT_MISSING' }, undefined]);
});
