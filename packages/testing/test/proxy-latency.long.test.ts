import { afterAll, expect, test } from 'vitest';
import { startProxyProcess } from '../src/proxy/index.ts';
import { quantile, roundTripTimes, startEcho } from './round-trip-times.ts';

const echo = await startEcho();
afterAll(echo.stop);

test.each([1, 8])('a millisecond is a millisecond, with %d connections', async (connections) => {
  const proxy = await startProxyProcess({ target: { host: '127.0.0.1', port: echo.port } });
  const measured: Record<string, number[]> = {};
  for (const latencyMs of [0, 1]) {
    await proxy.setLatency(latencyMs);
    measured[latencyMs] = await roundTripTimes(proxy.port, { connections, forMs: 5000 });
  }
  await proxy.close();
  const added = [0.05, 0.5, 0.9].map(
    (share) => quantile(measured[1] ?? [], share) - quantile(measured[0] ?? [], share),
  );
  console.log(
    `added ms at p5, p50, p90 with ${connections} connections:`,
    added.map((value) => value.toFixed(3)).join(' '),
  );
  // Wide, because a busy machine adds its own share to both.
  expect(added[1]).toBeGreaterThan(0.9);
  expect(added[1]).toBeLessThan(1.5);
});
