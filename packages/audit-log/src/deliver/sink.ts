import type { AuditLag } from '../jobs/lag.ts';
import type { AuditEntry } from '../read/entry.ts';

/** A destination for entries, such as a SIEM. */
export interface AuditSink<P extends string = never> {
  /** The name under which the database stores its position in the log: 1 to 100 characters. */
  readonly name: string;
  /**
   * Receives a batch of entries, in the order of transactions. When it throws, or the process ends before
   * it returns, the same entries are delivered again: deduplicate them by id.
   */
  deliver(entries: readonly AuditEntry<P>[]): Promise<void>;
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

/** The result of a delivery. */
export interface AuditDeliverResult {
  readonly delivered: number;
  /** Another process is delivering to this sink. */
  readonly busy: boolean;
  /** The entries that cannot be sent yet, and what they wait for; absent when none wait. */
  readonly lag?: AuditLag;
}
