import '../../errors/codes/placement.ts';
import { TenantryError } from '../../errors/index.ts';
import type { Scope, Work } from '../../scope/scope.ts';
import { retireCrowded } from '../placed/path-server.ts';
import type { PooledSession } from '../pooled-session.ts';
import { Server, type ServerParts } from '../server.ts';
import type { Waiter } from '../waiter.ts';
import type { ResolvedFair } from './options.ts';
import { TenantQueues } from './tenant-queues.ts';
import { Turns } from './turns.ts';

/** How many turns there are between two looks for tenants that can be forgotten. */
const forgetEvery = 1000;

/** What a tenant uses of a pool. */
export interface TenantUse {
  /** Milliseconds for which it has had connections, since it began to use them. */
  readonly ms: number;
  /** How often it got one. */
  readonly turns: number;
  /** Connections that it has now. */
  readonly running: number;
  /** Statements that wait for one. */
  readonly waiting: number;
}

interface Begun {
  readonly tenant: string;
  readonly at: number;
}

/**
 * A server whose connections tenants share fairly: whose turn it is follows from the time that each has
 * had. System work takes part as one tenant, without a limit.
 */
export class FairServer extends Server {
  readonly #options: ResolvedFair;
  readonly #turns: Turns;
  readonly #queues: TenantQueues;
  readonly #begun = new Map<PooledSession, Begun>();
  /** The scope that holds a session between statements. */
  readonly #held: Map<PooledSession, Scope>;
  #count = 0;

  constructor(options: ResolvedFair, ...[config, statements, check, setUp]: ServerParts) {
    const held = new Map<PooledSession, Scope>();
    const queues = new TenantQueues(
      ({ scope }) => keyOf(scope),
      ({ scope }) => isHolding(scope, held),
    );
    super(config, statements, check, setUp, queues);
    this.#options = options;
    this.#turns = new Turns(options.weight);
    this.#queues = queues;
    this.#held = held;
  }

  /** What each tenant uses that has used it lately; system work has the key ''. */
  use(): Map<string, TenantUse> {
    const found = new Map<string, TenantUse>();
    for (const [tenant, { ms, turns, running }] of this.#turns.entries())
      found.set(tenant, { ms, turns, running, waiting: this.#queues.waitingOf(tenant) });
    for (const tenant of this.#queues.tenants()) {
      const waiting = this.#queues.waitingOf(tenant);
      if (!found.has(tenant)) found.set(tenant, { ms: 0, turns: 0, running: 0, waiting });
    }
    return found;
  }

  override checkout<T>(
    scope: Scope,
    use: (session: PooledSession) => Promise<T>,
    closing?: Work['closing'],
  ): Promise<T> {
    const tenant = keyOf(scope);
    if (this.#isFull(scope, tenant)) return Promise.reject(busy(this.#options));
    return super.checkout(
      scope,
      (session) => {
        // one that was waited for has begun when it was given
        if (!this.#begun.has(session)) this.#begin(session, tenant);
        return use(session);
      },
      closing,
    );
  }

  override hold(session: PooledSession, scope: Scope): void {
    this.#held.set(session, scope);
    super.hold(session, scope);
  }

  override release(session: PooledSession): void {
    const begun = this.#begun.get(session);
    this.#begun.delete(session);
    this.#held.delete(session);
    if (begun !== undefined) this.#turns.end(begun.tenant, performance.now() - begun.at);
    retireCrowded(session);
    super.release(session);
  }

  protected override mayBegin(scope: Scope): boolean {
    const tenant = keyOf(scope);
    return this.#mayHaveMore(tenant) || isHolding(scope, this.#held);
  }

  /** Without this, a client that nobody may have yet would be given back and requested again without end. */
  protected override mayOpen(asked: number): boolean {
    let may = this.#queues.urgent === undefined ? 0 : 1;
    for (const tenant of this.#queues.tenants()) {
      may += Math.min(this.#queues.waitingOf(tenant), this.#room(tenant));
      if (may > asked) return true;
    }
    return may > asked;
  }

  /** The waiter whose tenant has had the least, of those that may have one more connection. */
  protected override nextOf(session?: PooledSession): Waiter | undefined {
    if (session === undefined) return super.nextOf(); // to be told that there is none
    // whoever holds a connection while it waits keeps others from it
    const next = this.#queues.urgent ?? this.#first();
    // its turn begins here: others are served before it is awake
    if (next !== undefined) this.#begin(session, keyOf(next.scope));
    return next;
  }

  #first(): Waiter | undefined {
    let next: Waiter | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [tenant, waiter] of this.#queues.firsts()) {
      const begins = this.#turns.begins(tenant);
      if (begins >= least || !this.#mayHaveMore(tenant)) continue;
      least = begins;
      next = waiter;
    }
    return next;
  }

  /** How many more connections a tenant may have. System work has no limit: it is the operator's. */
  #room(tenant: string): number {
    if (tenant === '') return Number.POSITIVE_INFINITY;
    return this.#options.maxClients - (this.#turns.of(tenant)?.running ?? 0);
  }

  #mayHaveMore(tenant: string): boolean {
    return this.#room(tenant) > 0;
  }

  /** Whether one more statement of a tenant that has to wait is too many. */
  #isFull(scope: Scope, tenant: string): boolean {
    if (tenant === '' || this.#queues.waitingOf(tenant) < this.#options.maxWaiting) return false;
    return !isHolding(scope, this.#held);
  }

  #begin(session: PooledSession, tenant: string): void {
    this.#turns.begin(tenant);
    this.#begun.set(session, { tenant, at: performance.now() });
    if (++this.#count % forgetEvery === 0) this.#turns.forget();
  }
}

/** Whether a scope, or one that waits for it, holds a connection. */
function isHolding(scope: Scope, held: ReadonlyMap<PooledSession, Scope>): boolean {
  if (held.size === 0) return false;
  const roots = new Set<Scope>();
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent)
    roots.add(each.root);
  for (const holder of held.values()) if (roots.has(holder.root)) return true;
  return false;
}

/** Whose turn it is: the tenant's; of a claim that is not known yet, the claim's; '' for system work. */
const keyOf = ({ tenant, pending }: Scope): string => tenant ?? pending?.claim ?? '';

const busy = ({ maxWaiting }: ResolvedFair) =>
  new TenantryError('TENANT_BUSY', { found: `${maxWaiting} statements of it are waiting.` });
