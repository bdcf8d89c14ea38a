/** What a worker holds while it syncs one organization. */
export interface Lease {
  readonly tenant: string;
  readonly customer: string;
  /** How many events had asked for a sync when the lease was taken. */
  readonly seq: number;
  /** Taken before the fetch: of two fetches the one with the larger ticket asked Stripe later. */
  readonly ticket: number;
  /** Fetch all invoices, and hand the plan over again. */
  readonly full: boolean;
  readonly invoices: readonly string[];
  /** Invoice → when an event first said that its payment failed, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seatsWanted: number;
  /** The number of members, where Stripe has to be told of it. */
  readonly seats: number | null;
  readonly attempts: number;
  /** When the lease was taken, in seconds since 1970: graces are measured by it. */
  readonly now: number;
}
