import type { PostgresProxy } from '@tenantry/testing/proxy';
import type { Expectation } from './bench.ts';
import type { Operation } from './window.ts';

/**
 * Round trips of one operation, counted by the proxy while it runs alone on warm connections.
 * @param operation an operation whose connections go through the proxy.
 */
export async function countRoundTrips(proxy: PostgresProxy, operation: Operation): Promise<number> {
  const times = 8;
  for (let i = 0; i < times; i++) await operation(i);
  await proxy.reset();
  for (let i = times; i < 2 * times; i++) await operation(i);
  return (await proxy.stats()).roundTrips / times;
}

/** Expects one round trip. */
export const oneRoundTrip = (what: string, found: number | null | undefined): Expectation => ({
  what,
  expected: '1',
  found: String(found),
  holds: found === 1,
});
