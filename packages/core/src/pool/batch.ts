import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import { BatchError } from './flush.ts';
import type { Statement } from './statement.ts';

interface Entry {
  readonly statement: Statement;
  resolve(result: pg.QueryResult): void;
  reject(error: unknown): void;
}

/**
 * Collects the statements that several queries send, whatever library builds them, until each of
 * the queries has sent one; then all leave in one flush.
 */
export class Batch {
  readonly #send: (statements: readonly Statement[]) => Promise<pg.QueryResult[]>;
  readonly #entries: Entry[] = [];
  #expected = Number.POSITIVE_INFINITY;
  #sent = false;

  constructor(send: (statements: readonly Statement[]) => Promise<pg.QueryResult[]>) {
    this.#send = send;
  }

  /** Awaits the queries that `build` makes; their statements leave in one flush. */
  async run<T extends readonly PromiseLike<unknown>[]>(build: () => T): Promise<unknown[]> {
    const started = batches.run(this, () =>
      build().map((query) => new Promise((resolve, reject) => query.then(resolve, reject))),
    );
    this.#expected = started.length;
    if (this.#entries.length >= this.#expected) void this.#flush();
    // a query that sends nothing (a cached one, say) must not keep the others waiting
    else setImmediate(() => void this.#flush());
    const settled = await Promise.allSettled(started);
    const failures = settled
      .filter((each) => each.status === 'rejected')
      .map((each) => each.reason);
    // the statement that failed says more than those that were rolled back with it
    const cause = failures.find((error) => !TenantryError.is(error, 'STATEMENT_IN_BATCH_FAILED'));
    if (failures.length > 0) throw cause ?? failures[0];
    return settled.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  }

  add(statement: Statement): Promise<pg.QueryResult> {
    if (this.#sent) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'a second statement of one query in a batch',
        fix: 'Give the batch queries of one statement each; put work that depends on a result in a transaction.',
      });
    }
    return new Promise((resolve, reject) => {
      this.#entries.push({ statement, resolve, reject });
      if (this.#entries.length >= this.#expected) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#sent) return;
    this.#sent = true;
    const entries = this.#entries;
    if (entries.length === 0) return;
    try {
      const results = await this.#send(entries.map((entry) => entry.statement));
      entries.forEach((entry, i) => {
        entry.resolve(results[i] as pg.QueryResult);
      });
    } catch (error) {
      const failed = error instanceof BatchError ? error : undefined;
      entries.forEach((entry, i) => {
        if (failed === undefined || i === failed.index) entry.reject(failed?.cause ?? error);
        else {
          const found = `statement ${failed.index + 1} of ${entries.length}: ${failed.message}`;
          entry.reject(
            new TenantryError('STATEMENT_IN_BATCH_FAILED', { found, cause: failed.cause }),
          );
        }
      });
    }
  }
}

const batches = new AsyncLocalStorage<Batch>();

/** The batch that the running code belongs to, if any. */
export const currentBatch = (): Batch | undefined => batches.getStore();
