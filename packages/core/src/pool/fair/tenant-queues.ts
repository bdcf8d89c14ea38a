import type { Waiter } from '../waiter.ts';

/**
 * The waiters of a server, by tenant as well: finding whose turn it is takes time by the number of tenants
 * that wait, not of statements.
 */
export class TenantQueues extends Set<Waiter> {
  readonly #of = new Map<string, Set<Waiter>>();
  /** Under what a waiter stands: its claim may have become a tenant since. */
  readonly #keys = new Map<Waiter, string>();
  readonly #urgent = new Set<Waiter>();
  readonly #keyOf: (waiter: Waiter) => string;
  readonly #isUrgent: (waiter: Waiter) => boolean;

  /** @param isUrgent whether a waiter comes before all others, when it begins to wait */
  constructor(keyOf: (waiter: Waiter) => string, isUrgent: (waiter: Waiter) => boolean) {
    super();
    this.#keyOf = keyOf;
    this.#isUrgent = isUrgent;
  }

  override add(waiter: Waiter): this {
    const key = this.#keyOf(waiter);
    this.#keys.set(waiter, key);
    const queue = this.#of.get(key) ?? new Set();
    this.#of.set(key, queue.add(waiter));
    if (this.#isUrgent(waiter)) this.#urgent.add(waiter);
    return super.add(waiter);
  }

  override delete(waiter: Waiter): boolean {
    this.#urgent.delete(waiter);
    const key = this.#keys.get(waiter) ?? '';
    const queue = this.#of.get(key);
    queue?.delete(waiter);
    if (queue?.size === 0) this.#of.delete(key);
    this.#keys.delete(waiter);
    return super.delete(waiter);
  }

  /** How many of a tenant wait. */
  waitingOf(key: string): number {
    return this.#of.get(key)?.size ?? 0;
  }

  /** The tenants that wait. */
  tenants(): IterableIterator<string> {
    return this.#of.keys();
  }

  /** The one that comes before all others, if there is one. */
  get urgent(): Waiter | undefined {
    return this.#urgent.values().next().value;
  }

  /** The first waiter of each tenant. */
  *firsts(): Generator<[key: string, waiter: Waiter]> {
    for (const [key, queue] of this.#of) yield [key, queue.values().next().value as Waiter];
  }
}
