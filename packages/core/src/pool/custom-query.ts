import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { CustomQuery } from '../wire/lent-query.ts';
import { LentQuery, withheld } from '../wire/lent-query.ts';
import { callbackOf } from './callback.ts';
import type { Executor } from './executor.ts';
import { kindOf } from './kind.ts';
import type { PooledSession } from './pooled-session.ts';
import { statementError } from './server-error.ts';
import { traceHere } from './witness/trace.ts';
import type { Witness } from './witness/witness.ts';

/** Statements that a custom query must not run, because its client would not notice them. */
const controls = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
  'release',
  'copy',
]);

/**
 * Whether the argument of `query` is a cursor, a stream or another custom query of pg.
 * @throws TenantryError `STATEMENT_REFUSED` for one that cannot be notified of its end.
 */
export function isCustomQuery(input: unknown): input is CustomQuery {
  const { submit, handleError, handleReadyForQuery } = Object(input) as Partial<CustomQuery>;
  if (typeof submit !== 'function') return false;
  if (typeof handleError === 'function' && typeof handleReadyForQuery === 'function') return true;
  throw new TenantryError('STATEMENT_REFUSED', {
    found: 'a custom query without handleError() or handleReadyForQuery()',
    fix: 'Pass a query of pg, pg-cursor or pg-query-stream, or a text.',
  });
}

/** A custom query that is being sent: does what pg's client does, and checks what is sent. */
export class SentQuery {
  readonly lent: LentQuery;
  /** Its text, once it has been sent. */
  text = '';
  #session: PooledSession | undefined;
  #scope: Scope | undefined;
  #witness: Witness | undefined;
  readonly #asked = traceHere();

  constructor(query: CustomQuery, values: unknown, callback: unknown) {
    query.callback ??= callbackOf(undefined, values, callback);
    this.lent = new LentQuery(query as pg.Submittable, (text) => this.#check(text));
  }

  /** Runs it on a session that has the context of the scope; throws its error. */
  async run(session: PooledSession, scope: Scope, { witness, dialect }: Executor): Promise<void> {
    this.#session = session;
    this.#scope = scope;
    this.#witness = witness;
    const error = await this.lent.run(session);
    if (witness !== undefined && (error === undefined || error === withheld)) {
      const foreign = await new Promise<Error | undefined>((resolve) =>
        witness.judge(session, scope, [this.lent], (judged, note) => {
          note?.();
          resolve(judged);
        }),
      );
      if (foreign !== undefined) throw foreign;
    }
    if (error !== undefined) {
      witness?.failed?.(scope, [this.lent])?.();
      throw statementError(dialect.readError(error, session));
    }
  }

  #check(text: string): void {
    const { keyword, refusal, reach } = kindOf(text, this.#scope?.schema);
    if (controls.has(keyword)) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: `${keyword.toUpperCase()} in a cursor, a stream or another custom query`,
        fix:
          keyword === 'copy'
            ? 'PostgreSQL refuses COPY under row-level security. Insert arrays with unnest(…), or bulkInsert of @tenantry/rls; read with a cursor.'
            : `Send it as a text: client.query('${keyword}').`,
      });
    }
    if (refusal !== undefined && this.#scope?.statements !== 'any')
      throw new TenantryError('STATEMENT_REFUSED', refusal);
    if (this.#scope !== undefined)
      this.lent.watch = this.#witness?.watch(this.#scope, text, this.#asked);
    this.text ||= text;
    this.#session?.residue.leave(reach);
    if (refusal !== undefined && this.#session !== undefined) this.#session.spent = true;
  }
}
