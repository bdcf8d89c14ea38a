/** The lease of a worker on one tenant. */
export interface Lease {
  readonly tenant: string;
  readonly customer: string;
  /** The number of requested syncs when the lease was taken. */
  readonly seq: number;
  /**
   * The fencing token, taken before the fetch: of two fetches the one with the larger token asked Stripe
   * later.
   */
  readonly fencingToken: number;
  /** Whether to fetch all invoices and pass the plan again. */
  readonly full: boolean;
  readonly invoices: readonly string[];
  /** Invoice → time of its first failed-payment event, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seatsWanted: number;
  /** The number of members, when Stripe must be updated. */
  readonly seats: number | null;
  readonly attempts: number;
  /** When the lease was taken, in seconds since 1970; grace periods are measured by it. */
  readonly now: number;
}

/** A lease as the database gives it. On Citus the members are counted on the node of the tenant, if they must be. */
export interface GivenLease extends Omit<Lease, 'seats'> {
  readonly seats?: number | null;
  readonly countSeats?: true | null;
}
