/** How long a run takes. */
export interface Pace {
  readonly pairs: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}
