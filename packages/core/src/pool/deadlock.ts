import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Waiter } from './waiter.ts';

/** Who waits for a client of a server, and who holds one. */
export interface Contended {
  readonly waiters: ReadonlySet<Waiter>;
  readonly holders: ReadonlyMap<PooledSession, Scope>;
  /** How many clients the server has. */
  readonly clients: () => number;
  /** Since when nothing has made progress, and how far the holders were then; kept here. */
  stuckSince: number;
  flown: number;
}

/** How long nothing may make progress before it counts as a deadlock, in milliseconds. */
const patienceMs = 500;

/**
 * How long a scope that holds a client may wait for another one, in milliseconds. A client that looks
 * busy may be waiting for a row that the scope's open transaction has locked. PostgreSQL cannot detect
 * that deadlock, because one half of it is in this process.
 */
export const holdAndWaitMs = 3000;

/**
 * Detects a pool deadlock: every client is held, idle, by a scope that itself waits for another client (a
 * query on the pool inside a transaction, with a pool that is too small). pg would wait for ever. It is
 * not visible from here whether a holder has other work to do, so the state has to last before the
 * youngest waiter is refused; its transaction then rolls back and frees a client for the others. When
 * clients are busy, the database may be what makes them wait, so a scope that holds a client waits for
 * another one only for a limited time.
 *
 * @param watching all servers with waiters; scopes may wait for each other across servers
 */
export function refuseDeadlock(watch: Contended, watching: Iterable<Contended>): void {
  refuseHoldAndWait(watch);
  const stuck = stuckTogether(watching);
  if (!stuck.includes(watch)) {
    watch.stuckSince = 0;
    return;
  }
  const holders = circleOf(watch, stuck).flatMap((each) => [...each.holders]);
  const flown = holders.reduce((sum, [session]) => sum + session.progress, 0);
  if (flown !== watch.flown) watch.stuckSince = 0;
  watch.flown = flown;
  const now = performance.now();
  watch.stuckSince ||= now;
  if (now - watch.stuckSince < patienceMs) return;
  watch.stuckSince = 0;
  const roots = rootsOfAll(holders);
  const victim = [...watch.waiters].reverse().find((waiter) => isFor(waiter, roots));
  if (victim !== undefined) {
    const { size } = watch.waiters;
    refuse(victim, `${watch.holders.size} of ${watch.clients()} clients held, ${size} waiting`);
  }
}

const refuse = (waiter: Waiter, found: string) =>
  waiter.refuse(new TenantryError('POOL_CHECKOUT_DEADLOCK', { found }));

function refuseHoldAndWait({ holders, waiters }: Contended): void {
  const roots = rootsOfAll([...holders].filter(([session]) => !session.working));
  const since = performance.now() - holdAndWaitMs;
  for (const waiter of [...waiters]) {
    if (waiter.since > since || !isFor(waiter, roots)) continue;
    refuse(
      waiter,
      `a scope that holds a client has waited ${holdAndWaitMs / 1000} s for another one`,
    );
  }
}

/** The servers where nobody can proceed, because all holders wait for each other. */
function stuckTogether(watching: Iterable<Contended>): readonly Contended[] {
  let left = [...watching];
  for (;;) {
    const stuck = left.filter((watch) => isStuckAmong(watch, left));
    if (stuck.length === left.length) return stuck;
    left = stuck;
  }
}

/** Whether every client is held, idle, by a scope that waits for a client of a server in `others`. */
function isStuckAmong(
  { waiters, holders, clients }: Contended,
  others: readonly Contended[],
): boolean {
  if (waiters.size === 0 || holders.size < clients()) return false;
  const waiting = new Set(others.flatMap((other) => [...other.waiters].flatMap(rootsOf)));
  for (const [session, scope] of holders) {
    if (session.working || !waiting.has(scope.root)) return false;
  }
  return true;
}

/** Those of `stuck` whose clients the holders of this server's clients wait for, directly or in a circle. */
function circleOf(watch: Contended, stuck: readonly Contended[]): Contended[] {
  const circle = new Set<Contended>([watch]);
  for (const each of circle) {
    const roots = rootsOfAll([...each.holders]);
    for (const other of stuck) {
      if ([...other.waiters].some((waiter) => isFor(waiter, roots))) circle.add(other);
    }
  }
  return [...circle];
}

const rootsOfAll = (holders: readonly (readonly [PooledSession, Scope])[]) =>
  new Set(holders.map(([, scope]) => scope.root));

/** Whether one of these scopes waits for a client, itself or through a scope inside it. */
const isFor = (waiter: Waiter, roots: ReadonlySet<Scope>) =>
  rootsOf(waiter).some((root) => roots.has(root));

/** The waiting scope, and its enclosing scopes, which wait for it. */
function rootsOf({ scope }: Waiter): Scope[] {
  const roots: Scope[] = [];
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent)
    roots.push(each.root);
  return roots;
}
