import type { Queryable } from '@tenantry/core/sql';

/** The result of one run of an {@link UpkeepTask}. */
export interface UpkeepReport {
  /** Whether no due work is left. */
  readonly done: boolean;
  /** The work done, by kind: `{ sealed: 120 }`, `{ usage_events: 4000 }`. */
  readonly did: Readonly<Record<string, number>>;
  /** The amount of due work that is left: rows that others lock, entries that wait. */
  readonly left: number;
  /** What the rest waits for, for an operator: `a transaction of pid 41, open for 3 h`. */
  readonly waitsFor?: string;
}

/** A regular task of a feature's tables. */
export interface UpkeepTask {
  /** The name of the task: `seals`, `old invitations`. */
  readonly name: string;
  /** How often it is due, in milliseconds, 100 to 2,147,483,647. */
  readonly everyMs: number;
  /**
   * Works until no due work is left, in statements that hold locks only briefly. It runs in a system
   * scope with `write: true`. Several processes may run it at once.
   */
  run(db: Queryable): Promise<UpkeepReport>;
}
