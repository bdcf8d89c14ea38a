import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { Batch } from './batch.ts';
import { callBack, callbackOf } from './callback.ts';
import { isCustomQuery, SentQuery } from './custom-query.ts';
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

/** Why a cursor cannot join a batch. */
export const customInBatch = () =>
  new TenantryError('STATEMENT_REFUSED', {
    found: 'a cursor or a stream in a batch, which is one round trip',
    fix: 'Read it outside the batch.',
  });

/** The client that `connect()` returns inside a batch, for libraries that take a client for each query. */
export class BatchClient {
  readonly #batch: Batch;
  readonly #scope: Scope;

  constructor(batch: Batch, scope: Scope) {
    this.#batch = batch;
    this.#scope = scope;
  }

  query(input: QueryInput, values?: unknown, callback?: unknown): unknown {
    if (isCustomQuery(input)) {
      new SentQuery(input, values, callback).lent.finish(customInBatch());
      return input;
    }
    const called = callbackOf(input, values, callback);
    const answer = this.#query(input, called === values ? undefined : values);
    return called === undefined ? answer : callBack(answer, called);
  }

  async #query(input: QueryInput, values: unknown): Promise<pg.QueryResult> {
    const statement = readStatement(this.#batch.scope, input, values);
    if (transactionControl.has(statement.keyword)) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: `${statement.keyword.toUpperCase()} inside a batch, which is one transaction already`,
        fix: 'Use a transaction instead of the batch.',
      });
    }
    return this.#batch.add(statement, this.#scope);
  }

  release(): void {}
}
