import type { Scope } from '../scope/scope.ts';
import type { Contended } from './deadlock.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Waiter } from './waiter.ts';

/** How often the clients are looked at while somebody waits for one and somebody holds one, in milliseconds. */
const everyMs = 100;

/** The watches of all servers with waiters; scopes may wait for each other across servers. */
const watching = new Set<DeadlockWatch>();

/**
 * Notes who holds the clients of a server and who waits for one, and has `deadlock.ts` look for a deadlock
 * while both are there. That module is loaded when it is needed for the first time.
 */
export class DeadlockWatch implements Contended {
  readonly waiters: ReadonlySet<Waiter>;
  readonly clients: () => number;
  readonly holders = new Map<PooledSession, Scope>();
  stuckSince = 0;
  flown = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(waiters: ReadonlySet<Waiter>, clients: () => number) {
    this.waiters = waiters;
    this.clients = clients;
  }

  /** A waiter was added. */
  waiting(): void {
    if (this.holders.size > 0) this.#start();
  }

  /** A waiter has left. */
  left(): void {
    this.stuckSince = 0;
    if (this.waiters.size === 0) this.#stop();
  }

  held(session: PooledSession, scope: Scope): void {
    this.holders.set(session, scope);
    if (this.waiters.size > 0) this.#start();
  }

  released(session: PooledSession): void {
    this.holders.delete(session);
  }

  #start(): void {
    watching.add(this);
    this.#timer ??= setInterval(() => void this.#look(), everyMs);
  }

  #stop(): void {
    watching.delete(this);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const { refuseDeadlock } = await import('./deadlock.ts');
    if (this.#timer !== undefined) refuseDeadlock(this, watching);
  }
}
