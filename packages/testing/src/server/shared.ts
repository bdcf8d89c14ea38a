import { startTestServer } from './start.ts';
import type { TestServer } from './types.ts';

const slot = Symbol.for('@tenantry/testing/server@1');

/** The one server of this process; two copies of this package share it. */
export function sharedServer(): Promise<TestServer> {
  const holder = globalThis as { [slot]?: Promise<TestServer> | undefined };
  holder[slot] ??= startTestServer().catch((error: unknown) => {
    // The next caller may have fixed the problem.
    holder[slot] = undefined;
    throw error;
  });
  return holder[slot];
}
