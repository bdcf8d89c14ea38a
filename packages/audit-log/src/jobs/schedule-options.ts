/** What `audit.start(pool, …)` takes. */
export interface ScheduleOptions {
  /** How often entries are sealed, in milliseconds, at least 100. Default: 10000. */
  readonly sealEveryMs?: number;
  /** How often partitions are maintained, in milliseconds, at least 1,000. Default: 21600000 (6 hours). */
  readonly maintainEveryMs?: number;
  /** Receives the error of a failed run; the next run tries again. Default: console.error. */
  readonly onError?: (error: unknown) => void;
}
