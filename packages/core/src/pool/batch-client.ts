import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Batch } from './batch.ts';
import { type QueryInput, readStatement } from './statement.ts';

const transactionControl = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
]);

/** What `connect()` gives inside a batch: libraries that take a client for each query send through it. */
export class BatchClient {
  readonly #batch: Batch;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  async query(input: QueryInput, values?: unknown, callback?: unknown): Promise<pg.QueryResult> {
    const statement = readStatement(this.#batch.scope, input, values, callback);
    if (transactionControl.has(statement.keyword)) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: `${statement.keyword.toUpperCase()} inside a batch, which is one transaction already`,
        fix: 'Use a transaction instead of the batch.',
      });
    }
    return this.#batch.add(statement);
  }

  release(): void {}
}
