import type { AuditLag } from '../jobs/lag.ts';
import type { AuditEntry } from '../read/entry.ts';

/** Where entries are sent, such as a SIEM. */
export interface AuditSink {
  /** Names its place in the log, which is kept in the database: 1 to 100 characters. */
  readonly name: string;
  /**
   * Takes a batch of entries, in the order of transactions. When it throws, or the process ends before
   * it returns, the same entries come again: receive them by their id.
   */
  deliver(entries: readonly AuditEntry[]): Promise<void>;
}

/** What `audit.deliver(db, sink, …)` takes. */
export interface DeliverOptions {
  /** The most entries of one batch, 1 to 10,000. Default: 500. */
  readonly batchSize?: number;
  /**
   * How long one batch may take before another process takes over, in milliseconds, 1,000 to 3,600,000.
   * Default: 60000.
   */
  readonly leaseMs?: number;
  /** The most batches that one call sends. Default: until nothing is left. */
  readonly mostBatches?: number;
}

/** What a delivery did. */
export interface DeliverResult {
  readonly delivered: number;
  /** Another process is delivering to this sink. */
  readonly busy: boolean;
  /** What could not be sent yet, and whom it waits for; absent when nothing waits. */
  readonly lag?: AuditLag;
}
