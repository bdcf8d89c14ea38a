/** What could not be done, for an operator. */
export interface DeadLetters {
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly state: 'dead' | 'parked';
    readonly object: string | null;
    readonly customer: string | null;
    readonly attempts: number;
    readonly error: string | null;
    /** ISO 8601 in UTC. */
    readonly receivedAt: string;
  }[];
  readonly organizations: readonly {
    readonly tenant: string;
    readonly customer: string | null;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}
