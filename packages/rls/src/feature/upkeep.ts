import type { Queryable } from '@tenantry/core/sql';

/** What a turn of an {@link UpkeepTask} did. */
export interface UpkeepReport {
  /** Whether nothing that is due is left. */
  readonly done: boolean;
  /** What was done, by what it is: `{ sealed: 120 }`, `{ usage_events: 4000 }`. */
  readonly did: Readonly<Record<string, number>>;
  /** How much that is due is left: rows that others hold, entries that wait. */
  readonly left: number;
  /** Whom the rest waits for, for an operator: `a transaction of pid 41, open for 3 h`. */
  readonly waitsFor?: string;
}

/** Work that the tables of a feature need regularly. */
export interface UpkeepTask {
  /** What it looks after: `seals`, `old invitations`. */
  readonly name: string;
  /** How often it is due, in milliseconds, 100 to 2,147,483,647. */
  readonly everyMs: number;
  /**
   * Works until nothing that is due is left, in statements that hold no lock for long. It runs in a
   * system scope that may write. Several processes may run it at once.
   */
  run(db: Queryable): Promise<UpkeepReport>;
}
