import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { defineTenancy, TenantryError } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

// The pool runs callbacks of its own: events, waiting, the watch for deadlocks. None of them may hand
// somebody the scope of whoever happened to start it.

const database = await coreDatabase();
const whose = (): string => {
  try {
    return tenancy.current().organizationId;
  } catch (error) {
    return TenantryError.is(error) ? error.code : String(error);
  }
};

test('listeners of the pool run in no scope, whoever needed the connection', async () => {
  const pool = database.pool({ max: 1, idleTimeoutMillis: 1 });
  const seen: [string, string][] = [];
  for (const event of ['connect', 'acquire', 'release', 'remove'] as const)
    pool.on(event, () => seen.push([event, whose()]));
  await tenancy.run(acme, async () => {
    await pool.query('select 1');
    const client = await pool.connect();
    client.release(true);
    await pool.query('select 1');
  });
  await until(() => seen.some(([event]) => event === 'remove'), 'a connection was removed');
  await until(() => seen.some(([event]) => event === 'release'), 'a connection was given back');
  expect(new Set(seen.map(([event]) => event))).toEqual(
    new Set(['connect', 'acquire', 'release', 'remove']),
  );
  expect(new Set(seen.map(([, scope]) => scope))).toEqual(new Set(['TENANT_CONTEXT_MISSING']));
});

test('who waits for a client goes on in its own scope, whoever gives the client back', async () => {
  const pool = database.pool({ max: 1 });
  const seen = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const tenant = i % 2 === 0 ? acme : globex;
      return tenancy.run(tenant, async () => {
        const { rows } = await pool.query('select distinct organization_id as id from projects');
        const client = await pool.connect();
        await client.query('select 1');
        client.release();
        return [rows[0].id === tenant, whose() === tenant];
      });
    }),
  );
  expect(new Set(seen.flat())).toEqual(new Set([true]));
});

test('who is refused a client is told in its own scope', async () => {
  const pool = database.pool({ max: 1 });
  const stuck = (tenant: string) =>
    tenancy.run(tenant, async () => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('select 1');
        const error = await failure(pool.query('select 1'));
        return [error.code, whose()];
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  expect(await Promise.all([stuck(acme), stuck(globex)])).toEqual([
    ['POOL_CHECKOUT_DEADLOCK', acme],
    ['POOL_CHECKOUT_DEADLOCK', globex],
  ]);
});

test('statements of one client keep the scope of whoever asked for each', async () => {
  const pool = database.pool({ max: 1 });
  await tenancy.run(acme, async () => {
    const client = await pool.connect();
    const asked = Array.from({ length: 5 }, () =>
      tenancy.run(acme, async () => {
        await client.query('select 1');
        return whose();
      }),
    );
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 5 }, () => acme));
    client.release();
  });
});

test('the secrets of a tenancy are shown nowhere', async () => {
  const secret = 'a secret that nobody may read in a log, long enough';
  const own = defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    secret: [secret, `${secret} 2`],
  });
  const token = await own.run(acme, () => own.capture());
  const shown = [
    inspect(own, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(own),
    String(own),
    inspect(Object.entries(own), { depth: 9 }),
    token,
    Buffer.from(token.split('.')[0] ?? '', 'base64url').toString(),
  ];
  for (const text of shown) expect(text).not.toContain(secret);
  const refused = await failure(own.run(acme, async () => own.openCapture(`${token}x`)));
  expect(inspect(refused)).not.toContain(secret);
});
