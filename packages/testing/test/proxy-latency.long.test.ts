import { afterAll, expect, test } from 'vitest';
import { startProxyProcess } from '../src/proxy/index.ts';
import { quantile, roundTripTimes, startEcho } from './round-trip-times.ts';

const echo = await startEcho();
afterAll(echo.stop);

const shares = [0.05, 0.5, 0.9];
const rounds = 8;

test.each([1, 8])('a millisecond is a millisecond, with %d connections', async (connections) => {
  const proxy = await startProxyProcess({ target: { host: '127.0.0.1', port: echo.port } });
  // What else the machine does only ever adds, and comes and goes: of each latency the second counts
  // in which it was disturbed least, and the latencies take turns.
  const least = new Map([0, 1].map((latencyMs) => [latencyMs, shares.map(() => Infinity)]));
  for (let round = 0; round < rounds; round++) {
    for (const [latencyMs, best] of least) {
      await proxy.setLatency(latencyMs);
      const times = await roundTripTimes(proxy.port, { connections, forMs: 1000 });
      const measured = shares.map((share, i) => Math.min(quantile(times, share), best[i] ?? 0));
      least.set(latencyMs, measured);
    }
  }
  await proxy.close();
  const [none = [], one = []] = [...least.values()];
  const added = shares.map((_, i) => (one[i] ?? Number.NaN) - (none[i] ?? Number.NaN));
  console.log(
    `added ms at p5, p50, p90 with ${connections} connections:`,
    added.map((value) => value.toFixed(3)).join(' '),
  );
  expect(added[1]).toBeGreaterThan(0.9);
  expect(added[1]).toBeLessThan(1.5);
});
