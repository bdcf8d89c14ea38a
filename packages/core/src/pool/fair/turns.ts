/** What one tenant has used and uses now. */
export interface TenantTurns {
  /** Clients that it has now. */
  running: number;
  /** Milliseconds for which it has had clients, of the time that is remembered. */
  ms: number;
  /** How often it got one. */
  turns: number;
  /** Its virtual time: the milliseconds that it has had, by its weight. */
  virtual: number;
}

/** What a turn is taken to cost before it has ended, in milliseconds. */
const guessMs = 5;

/**
 * Decides whose turn it is, so that each tenant that waits gets its share of the time of all clients, by
 * weight. A tenant that was away gets no credit for it.
 *
 * Source: start-time fair queueing for several servers at a time, SFQ(D): Jin, Chase and Kaur,
 * "Interposed Proportional Sharing for a Storage Service Utility" (2004), after Goyal, Vin and Cheng (1996).
 */
export class Turns {
  readonly #tenants = new Map<string, TenantTurns>();
  readonly #weight: (tenant: string) => number;
  /** The virtual time of the turn that began last. */
  #now = 0;

  constructor(weight: (tenant: string) => number) {
    this.#weight = weight;
  }

  of(tenant: string): Readonly<TenantTurns> | undefined {
    return this.#tenants.get(tenant);
  }

  /** All tenants that have used a client lately. */
  entries(): IterableIterator<[string, Readonly<TenantTurns>]> {
    return this.#tenants.entries();
  }

  /** When a turn of this tenant would begin, in virtual time: the least is next. */
  begins(tenant: string): number {
    const known = this.#tenants.get(tenant);
    return known === undefined ? this.#now : Math.max(this.#now, known.virtual);
  }

  /** A turn begins. */
  begin(tenant: string): void {
    const starts = this.begins(tenant);
    let known = this.#tenants.get(tenant);
    if (known === undefined) {
      known = { running: 0, ms: 0, turns: 0, virtual: 0 };
      this.#tenants.set(tenant, known);
    }
    this.#now = starts;
    known.running++;
    known.turns++;
    known.virtual = starts + guessMs / this.#weight(tenant);
  }

  /** A turn has ended, after so many milliseconds. */
  end(tenant: string, ms: number): void {
    const known = this.#tenants.get(tenant);
    if (known === undefined) return;
    known.running--;
    known.ms += ms;
    known.virtual += (ms - guessMs) / this.#weight(tenant);
  }

  /** Forgets tenants that have nothing running and no debt: they would begin like a new one. */
  forget(): void {
    for (const [tenant, { running, virtual }] of this.#tenants)
      if (running === 0 && virtual <= this.#now) this.#tenants.delete(tenant);
  }
}
