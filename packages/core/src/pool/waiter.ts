import type { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import type { PooledSession } from './pooled-session.ts';

/** A caller that waits for a client. */
export interface Waiter extends Work {
  readonly scope: Scope;
  readonly session: Promise<PooledSession>;
  /** When it began, on the clock of `performance.now()`. */
  readonly since: number;
  /** Gives it a session; returns true. */
  serve(session: PooledSession): true;
  refuse(error: unknown): void;
}

/**
 * Starts waiting; `left` is called when the wait ends, for any reason.
 * @param closing for work that no longer needs a client, see {@link Work}
 */
export function waitFor(scope: Scope, left: () => void, closing?: Work['closing']): Waiter {
  let settled = false;
  let resolve!: (session: PooledSession) => void;
  let reject!: (error: unknown) => void;
  const session = new Promise<PooledSession>((onServed, onRefused) => {
    resolve = onServed;
    reject = onRefused;
  });
  const leave = () => {
    settled = true;
    left();
  };
  return {
    scope,
    session,
    since: performance.now(),
    serve(free) {
      leave();
      resolve(free);
      return true;
    },
    refuse(error) {
      leave();
      reject(error);
    },
    describe: () => 'a statement that waited for a client',
    closing: () => closing?.(),
    async abandon(error: TenantryError) {
      // once it has a client it notices the end of its scope itself
      if (!settled) this.refuse(error);
    },
  };
}
