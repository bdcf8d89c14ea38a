import { type AddressInfo, createServer } from 'node:net';
import { messageOf, TenantryError } from '../errors.ts';
import { throughPort } from '../through-port.ts';
import { type Connection, createConnection } from './connection.ts';
import { noMessages } from './observer.ts';
import type { Line } from './pipe.ts';
import { createScheduler, type Waiting } from './scheduler.ts';
import type { ConnectionTraffic, PostgresProxy, ProxyOptions, ProxyStats } from './types.ts';

const longestLatencyMs = 60_000;

/**
 * Starts a TCP proxy in front of PostgreSQL, in this process: it counts round trips and messages, adds
 * latency, and breaks connections on demand. While delayed data is due within two milliseconds, this
 * event loop stays busy; to measure times use `startProxyProcess`.
 *
 * @param options The target and the latency to add.
 * @throws TenantryError `TEST_PROXY_FAILED` for a latency or a target that is out of range.
 * @example
 * ```ts
 * const proxy = await startProxy({ target: { host: '127.0.0.1', port: 5432 } });
 * const pool = new pg.Pool({ connectionString: proxy.url(url) });
 * await pool.query('select 1');
 * (await proxy.stats()).roundTrips; // 1
 * ```
 */
export function startProxy(options: ProxyOptions): Promise<PostgresProxy> {
  return listen(options, { napMs: 0 });
}

/** The proxy itself; how it waits depends on the thread. */
export async function listen(options: ProxyOptions, waiting: Waiting): Promise<PostgresProxy> {
  const { target } = options;
  const line: Line = {
    scheduler: createScheduler(waiting),
    delayMs: halfOf(options.latencyMs ?? 0),
    isPaused: false,
  };
  let connections: Connection[] = [];
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    connections.push(createConnection(accepted, client, target, line));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new TenantryError('TEST_PROXY_FAILED', { found: messageOf(error), cause: error }));
    });
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: (targetUrl) => throughPort(targetUrl, port),
    stats: async () => sum(connections.map((connection) => connection.traffic())),
    async reset() {
      connections = connections.filter((connection) => connection.isOpen());
      for (const { observer } of connections) observer.reset();
    },
    async setLatency(latencyMs) {
      line.delayMs = halfOf(latencyMs);
    },
    async pause() {
      line.isPaused = true;
    },
    async resume() {
      line.isPaused = false;
      for (const connection of connections) connection.resume();
    },
    async breakConnections() {
      const open = connections.filter((connection) => connection.isOpen());
      for (const connection of open) connection.destroy();
      return open.length;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

function halfOf(latencyMs: number): number {
  if (Number.isFinite(latencyMs) && latencyMs >= 0 && latencyMs <= longestLatencyMs) {
    return latencyMs / 2;
  }
  throw new TenantryError('TEST_PROXY_FAILED', {
    found: `a latency of ${latencyMs} ms.`,
    fix: `Give a latency of 0 to ${longestLatencyMs} ms.`,
  });
}

function sum(connections: readonly ConnectionTraffic[]): ProxyStats {
  const messages = noMessages();
  const total = { roundTrips: 0, statements: 0, bytesToServer: 0, bytesToClient: 0 };
  for (const traffic of connections) {
    for (const name of Object.keys(messages) as (keyof typeof messages)[]) {
      messages[name] += traffic.messages[name];
    }
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += traffic[name];
  }
  return { ...total, messages, connections };
}
