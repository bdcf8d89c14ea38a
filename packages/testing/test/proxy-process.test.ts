import { connect } from 'node:net';
import { afterAll, expect, test, vi } from 'vitest';
import { startProxy, startProxyProcess } from '../src/proxy/index.ts';
import { quantile, roundTripTimes, startEcho } from './round-trip-times.ts';
import { endOf, firstLineOf, spawnFixture } from './support.ts';

const echo = await startEcho();
afterAll(echo.stop);
const target = { host: '127.0.0.1', port: echo.port };

test.each([
  ['startProxy', startProxy],
  ['startProxyProcess', startProxyProcess],
])('%s never adds less than was asked, by more than a twentieth', async (_, start) => {
  const proxy = await start({ target, latencyMs: 1 });
  const times = await roundTripTimes(proxy.port, { connections: 4, forMs: 400 });
  await proxy.close();
  expect(times.length).toBeGreaterThan(20);
  expect(quantile(times, 0)).toBeGreaterThan(0.95);
});

test('the process of the proxy is gone when its parent was killed', async () => {
  const child = spawnFixture('proxy-and-wait.ts', []);
  const port = Number(await firstLineOf(child));
  expect(await answers(port)).toBe(true);
  child.kill('SIGKILL');
  await endOf(child);
  await vi.waitFor(async () => expect(await answers(port)).toBe(false), 120_000);
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    // a reset is an answer: the proxy took the connection, and found no target
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    socket.on('close', () => socket.destroy());
    socket.on('connect', () => socket.destroy());
  });
}
