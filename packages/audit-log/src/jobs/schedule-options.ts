/** What `audit.start(pool, …)` takes. */
export interface ScheduleOptions {
  /** How often entries are sealed, in milliseconds, at least 100. Default: 10,000. */
  readonly sealEveryMs?: number;
  /** How often partitions are looked after, in milliseconds, at least 1,000. Default: 6 hours. */
  readonly maintainEveryMs?: number;
  /** Is told what failed; the next turn tries again. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}
