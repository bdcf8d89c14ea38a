import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { TenantryError } from '../src/errors.ts';
import { startProxy, startProxyProcess } from '../src/proxy/index.ts';
import { testDatabase } from '../src/vitest.ts';

const database = await testDatabase();
const { hostname: host, port } = new URL(database.url);
const target = { host, port: Number(port) };

describe.each([
  ['startProxy', startProxy],
  ['startProxyProcess', startProxyProcess],
])('%s', (_, start) => {
  async function withProxy(
    latencyMs: number,
    work: (client: pg.Client, proxy: Awaited<ReturnType<typeof start>>) => Promise<void>,
  ) {
    const proxy = await start({ target, latencyMs });
    const client = new pg.Client(proxy.url(database.url));
    client.on('error', () => {});
    try {
      await client.connect();
      await work(client, proxy);
    } finally {
      await client.end().catch(() => {});
      await proxy.close();
    }
  }

  async function elapsed(work: () => Promise<unknown>): Promise<number> {
    const before = performance.now();
    await work();
    return performance.now() - before;
  }

  test('adds the latency once a round trip, and changes it', async () => {
    await withProxy(40, async (client, proxy) => {
      const slow = await elapsed(() => client.query('select 1'));
      expect(slow).toBeGreaterThanOrEqual(39.5);
      await proxy.setLatency(0);
      // one that is quicker than the latency was shows that it is gone
      await expect.poll(() => elapsed(() => client.query('select 1'))).toBeLessThan(39.5);
    });
  });

  test('holds everything back while paused and loses nothing', async () => {
    await withProxy(0, async (client, proxy) => {
      await proxy.pause();
      const answer = client.query('select 42 as value');
      const first = await Promise.race([answer.then(() => 'answer'), sleep(150, 'silence')]);
      expect(first).toBe('silence');
      await proxy.resume();
      expect((await answer).rows).toEqual([{ value: 42 }]);
    });
  });

  test('breaks connections in the middle of a query and takes new ones', async () => {
    await withProxy(0, async (client, proxy) => {
      const broken = client.query('select pg_sleep(30)').then(
        () => 'answered',
        (error: Error) => error.message,
      );
      await expect.poll(async () => (await proxy.stats()).messages.query).toBe(1);
      expect(await proxy.breakConnections()).toBe(1);
      expect(await broken).toMatch(/terminated|ECONNRESET/);
      const next = new pg.Client(proxy.url(database.url));
      await next.connect();
      expect((await next.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      await next.end();
    });
  });

  test('refuses a latency out of range', async () => {
    const error = await start({ target, latencyMs: -1 }).catch((thrown: unknown) => thrown);
    expect(TenantryError.is(error, 'TEST_PROXY_FAILED')).toBe(true);
    expect(String(error)).toContain('-1 ms');
  });

  test('resets the client when the target does not answer', async () => {
    const proxy = await start({ target: { host: '127.0.0.1', port: await unusedPort() } });
    const client = new pg.Client(proxy.url(database.url));
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow();
    await proxy.close();
  });
});

test('bytes arrive complete and in order, whatever the latency does', async () => {
  const echo = createServer((socket) => void socket.pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const proxy = await startProxy({
    target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port },
  });
  const changes = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.nat(3)), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(changes, async (steps) => {
      const socket = connect(proxy.port, '127.0.0.1');
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      for (const [bytes, latencyMs] of steps) {
        await proxy.setLatency(latencyMs);
        socket.write(bytes);
        await sleep(0);
      }
      socket.end();
      await new Promise((resolve) => socket.once('close', resolve));
      const sent = Buffer.concat(steps.map(([bytes]) => bytes));
      expect(Buffer.concat(received).equals(sent)).toBe(true);
    }),
    { numRuns: 30 },
  );
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}
