import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { withFrames } from './caller.ts';
import { BatchError } from './flush-error.ts';
import type { Statement } from './statement.ts';
import { type Outcome, Unreadable } from './wire-statement.ts';
import { isOutside } from './witness/outside.ts';

/** A statement of a batch, with its own scope, or that of work about one tenant in it. */
export interface InBatch {
  readonly statement: Statement;
  readonly scope: Scope;
}

interface Entry extends InBatch {
  resolve(result: pg.QueryResult): void;
  reject(error: unknown): void;
}

/** Sends the statements of a batch; the scope has registered them when this returns. */
type Send = (entries: readonly InBatch[]) => Promise<Outcome[]>;

/**
 * Collects the statements of several queries, from any library, until each query has sent one, and sends
 * them all in one flush.
 */
export class Batch implements Work {
  readonly pool: object;
  readonly scope: Scope;
  readonly #send: Send;
  readonly #entries: Entry[] = [];
  #expected = Number.POSITIVE_INFINITY;
  #sent = false;

  constructor(pool: object, scope: Scope, send: Send) {
    this.pool = pool;
    this.scope = scope;
    this.#send = send;
  }

  /** Awaits the queries that `build` creates; their statements are sent in one flush. */
  async run<T extends readonly PromiseLike<unknown>[]>(build: () => T): Promise<unknown[]> {
    const started = batches.run(this, () =>
      build().map((query) => new Promise((resolve, reject) => query.then(resolve, reject))),
    );
    this.#expected = started.length;
    this.scope.add(this);
    if (this.#entries.length >= this.#expected) void this.#flush();
    // a query that sends nothing (for example a cached one) must not block the others
    else setImmediate(() => void this.#flush());
    const settled = await Promise.allSettled(started);
    if (this.#entries.length === 0) this.#leave();
    const failures = settled
      .filter((each) => each.status === 'rejected')
      .map((each) => each.reason);
    // the error of the failed statement says more than those of the statements rolled back with it
    if (failures.length > 0)
      throw withFrames(failures.find((error) => !isConsequence(error)) ?? failures[0]);
    return settled.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  }

  describe(): string {
    return 'a batch that was being collected';
  }

  async abandon(error: TenantryError): Promise<void> {
    this.#leave();
    for (const entry of this.#entries) entry.reject(error);
  }

  /** @param scope its own, or that of work about one tenant in it */
  add(statement: Statement, scope: Scope): Promise<pg.QueryResult> {
    if (this.#sent) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'a second statement of one query in a batch',
        fix: 'Give the batch queries of one statement each; use a transaction for what depends on a result.',
      });
    }
    return new Promise((resolve, reject) => {
      this.#entries.push({ statement, scope, resolve, reject });
      if (this.#entries.length >= this.#expected) void this.#flush();
    });
  }

  #leave(): void {
    this.#sent = true;
    this.scope.delete(this);
  }

  async #flush(): Promise<void> {
    if (this.#sent) return;
    const entries = this.#entries;
    if (entries.length === 0) return this.#leave();
    const sending = this.#send(entries);
    this.#leave();
    try {
      const outcomes = await sending;
      entries.forEach((entry, i) => {
        const outcome = outcomes[i] as Outcome;
        if (outcome instanceof Unreadable) entry.reject(outcome.error);
        else entry.resolve(outcome);
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

/** Whether a query failed only because another one did; libraries wrap the error. */
function isConsequence(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (TenantryError.is(each, 'STATEMENT_IN_BATCH_FAILED')) return true;
  }
  return false;
}

const batches = new AsyncLocalStorage<Batch>();

/** Whether a scope is the same system work as an outer one, about a tenant. */
const isWorkIn = (outer: Scope, scope: Scope): boolean =>
  scope.parent === outer &&
  outer.place === undefined &&
  typeof scope.place === 'object' &&
  (['actorSetting', 'write', 'statements'] as const).every((each) => scope[each] === outer[each]);

/**
 * The batch of this pool that the running code belongs to, if any.
 * @throws TenantryError `STATEMENT_REFUSED` in another scope than that of the batch, because the batch is
 * sent with the context of its own scope, or of the tenant that all of it is about.
 */
export function currentBatch(pool: object, scope: Scope): Batch | undefined {
  const batch = batches.getStore();
  if (batch === undefined || batch.pool !== pool) return undefined;
  const same = isOutside(scope)
    ? isOutside(batch.scope)
    : scope.kind === 'tenant'
      ? scope.root === batch.scope.root
      : scope === batch.scope || isWorkIn(batch.scope, scope);
  if (same) return batch;
  throw new TenantryError('STATEMENT_REFUSED', {
    found: 'a query of another scope inside a batch',
    fix: 'Await it before the batch, or give its scope a batch of its own.',
  });
}
