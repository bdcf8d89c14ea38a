import { AsyncResource } from 'node:async_hooks';

/**
 * Serialises work for one tenant in this process, and shares the result of identical concurrent
 * calls: twenty clicks are one request to Stripe. The database handles callers in other processes.
 */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  const same = new Map<string, Promise<unknown>>();
  // shared by several requests, so it must not run in the scope of the first one
  const outside = new AsyncResource('tenantry-billing-checkout');
  return async function inTurn<R>(tenant: string, what: string, fn: () => Promise<R>): Promise<R> {
    const key = `${tenant} ${what}`;
    const shared = same.get(key);
    if (shared !== undefined) return shared as Promise<R>;
    const before = last.get(tenant) ?? Promise.resolve();
    const mine = before.then(() => outside.runInAsyncScope(fn));
    const settled = mine.then(
      () => {},
      () => {},
    );
    same.set(key, mine);
    last.set(tenant, settled);
    try {
      return await mine;
    } finally {
      if (same.get(key) === mine) same.delete(key);
      if (last.get(tenant) === settled) last.delete(tenant);
    }
  };
}

/**
 * How often a request is repeated while an identical one is running, and the longest pause in between, in
 * ms.
 */
const repeats = 40;
const longest = 500;

/**
 * Repeats a request whose idempotency key is in use: another process is sending the same request, and
 * both get the same answer.
 */
export async function whenFree<R>(ask: () => Promise<R>): Promise<R> {
  for (let i = 1; ; i++) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 409 || i >= repeats) throw error;
      const pause = Math.min(longest, 10 * 2 ** i);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    }
  }
}
