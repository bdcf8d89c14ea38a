import pg from 'pg';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type PostgresProxy, startProxy, startProxyProcess } from '../src/proxy/index.ts';
import { testDatabase } from '../src/vitest.ts';

const database = await testDatabase({ sql: 'create table note (id int primary key)' });
const { hostname: host, port } = new URL(database.url);
const target = { host, port: Number(port) };

const proxies: [string, PostgresProxy][] = [
  ['startProxy', await startProxy({ target })],
  ['startProxyProcess', await startProxyProcess({ target })],
];
afterAll(() => Promise.all(proxies.map(([, proxy]) => proxy.close())));

describe.each(proxies)('%s counts', (_, proxy) => {
  beforeEach(() => proxy.reset());

  async function traffic(work: (client: pg.Client) => Promise<unknown>) {
    const client = new pg.Client(proxy.url(database.url));
    await client.connect();
    await work(client);
    const stats = await proxy.stats();
    await client.end();
    return stats;
  }

  test('nothing for start-up and authentication', async () => {
    const stats = await traffic(async () => {});
    expect(stats).toMatchObject({ roundTrips: 0, statements: 0, bytesToServer: 0 });
    expect(Object.values(stats.messages)).toEqual(Array(9).fill(0));
    expect(stats.connections).toHaveLength(1);
  });

  test('one round trip for a simple query', async () => {
    const stats = await traffic((client) => client.query('select 1; select 2'));
    expect(stats).toMatchObject({ roundTrips: 1, statements: 1, messages: { query: 1 } });
  });

  test('one round trip for a prepared query, with all its messages', async () => {
    const stats = await traffic((client) => client.query('select $1::int', [1]));
    expect(stats).toMatchObject({
      roundTrips: 1,
      statements: 1,
      messages: { query: 0, parse: 1, bind: 1, describe: 1, execute: 1, sync: 1 },
    });
  });

  test('a failed statement too', async () => {
    const stats = await traffic((client) =>
      client.query('select 1 / $1::int', [0]).catch(() => {}),
    );
    expect(stats).toMatchObject({ roundTrips: 1, statements: 1 });
  });

  test('four for a transaction of two statements', async () => {
    const stats = await traffic(async (client) => {
      await client.query('begin');
      await client.query('select $1::int', [1]);
      await client.query('select $1::int', [2]);
      await client.query('commit');
    });
    expect(stats).toMatchObject({ roundTrips: 4, statements: 4, messages: { query: 2, sync: 2 } });
  });

  test('one for an answer of many packets', async () => {
    const stats = await traffic((client) =>
      client.query("select repeat('x', 1000) from generate_series(1, 5000)"),
    );
    expect(stats.roundTrips).toBe(1);
    expect(stats.bytesToClient).toBeGreaterThan(5_000_000);
  });

  test('one for a message of many packets', async () => {
    const stats = await traffic((client) => client.query('select $1', ['y'.repeat(3_000_000)]));
    expect(stats).toMatchObject({ roundTrips: 1, messages: { bind: 1 } });
    expect(stats.bytesToServer).toBeGreaterThan(3_000_000);
  });

  test('each connection on its own, and their sum', async () => {
    const stats = await traffic(async (client) => {
      const other = new pg.Client(proxy.url(database.url));
      await other.connect();
      await Promise.all([client.query('select 1'), other.query('select 1')]);
      await other.query('select 2');
      await other.end();
    });
    expect(stats.roundTrips).toBe(3);
    expect(stats.connections.map(({ roundTrips }) => roundTrips)).toEqual([1, 2]);
    expect(new Set(stats.connections.map(({ id }) => id)).size).toBe(2);
  });

  test('from zero after reset, and forgets closed connections', async () => {
    const stats = await traffic(async (client) => {
      await client.query('select 1');
      await proxy.reset();
      await client.query('select 1');
    });
    expect(stats.roundTrips).toBe(1);
    await expect.poll(async () => (await proxy.stats()).connections[0]?.isOpen).toBe(false);
    await proxy.reset();
    expect((await proxy.stats()).connections).toEqual([]);
  });

  test('only bytes of what is no PostgreSQL', async () => {
    const { connect } = await import('node:net');
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(Buffer.alloc(64));
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await proxy.stats()).roundTrips).toBe(0);
  });
});
