import { AsyncResource } from 'node:async_hooks';

/**
 * Lets what is done for one organization in this process happen in turns, and the very same thing once
 * for everybody who asks for it meanwhile: twenty clicks are one request to Stripe. Whoever asks from
 * another process is told apart by the database.
 */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  const same = new Map<string, Promise<unknown>>();
  // shared by several requests: it must not run in the scope of the first of them
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

/** How often a request is repeated whose twin is under way, and the longest pause between, in ms. */
const repeats = 40;
const longest = 500;

/**
 * Repeats a request whose idempotency key is in use: another process sends the same one just now, and
 * its answer is ours too.
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
