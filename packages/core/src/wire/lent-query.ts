import { AsyncResource } from 'node:async_hooks';
import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { RowValues, WireConnection } from './flight.ts';
import { forwarded, LentConnection } from './lent-connection.ts';
import type { FieldDescription } from './result.ts';

/** A custom query of pg: pg-cursor, pg-query-stream, `pg.Query`. */
export type CustomQuery = pg.Submittable & {
  callback?: unknown;
  readonly _result?: unknown;
} & Record<Handler, ((...args: unknown[]) => void) | undefined>;

/** The session that runs it. */
interface Lender {
  lend(query: LentQuery): void;
}

/** The error of a query that must not get a row; who runs it says why. */
export const withheld = new Error('a row was withheld');

/** Looks at the rows before the query gets them; `row` is false when it must not get one. */
interface LentWatch {
  columns(fields: readonly FieldDescription[]): void;
  row(values: RowValues): boolean;
}

type Handler =
  | 'handleRowDescription'
  | 'handleDataRow'
  | 'handlePortalSuspended'
  | 'handleCommandComplete'
  | 'handleEmptyQuery'
  | 'handleReadyForQuery'
  | 'handleError';

/**
 * Runs a custom query on a session. It forwards the responses of the server, but holds the end back until
 * `finish`: the caller may leave its scope on the end, and by then the transaction and the client must be
 * finished. Everything is forwarded in the scope of the caller.
 */
export class LentQuery {
  readonly #query: CustomQuery;
  readonly #lent: LentConnection;
  readonly #asked = new AsyncResource('tenantry.query', { requireManualDestroy: true });
  #connection: WireConnection | undefined;
  #landed: ((error: Error | undefined) => void) | undefined;
  #finished = false;
  readonly #forwards = forwarded.map((event) => {
    const forward = (message: unknown) => {
      if (event === 'noData') this.#lent.working = false;
      this.#tell(() => this.#lent.emit(event, message));
    };
    return { event, forward };
  });
  error: Error | undefined;
  answered = false;
  /** Set when its text is sent. */
  watch: LentWatch | undefined;

  constructor(query: pg.Submittable, check: (text: string) => void) {
    this.#query = query as CustomQuery;
    this.#lent = new LentConnection(check);
    // a cursor that is closed before it is sent would notify nobody
    const { cursor = query } = query as { cursor?: object };
    if ((cursor as { connection?: unknown }).connection === null)
      Object.assign(cursor, { connection: this.#lent });
  }

  /** pg sets the client's type parsers on it. */
  get _result(): unknown {
    return this.#query._result;
  }

  /** Whether it waits for its reader, not for the server. */
  get resting(): boolean {
    return !this.#lent.working;
  }

  /** Whether it was closed by its reader, or has ended. */
  get closed(): boolean {
    return this.#lent.synced;
  }

  get reads(): number {
    return this.#lent.reads;
  }

  /** Sends it; settles with its error, if any, when the server is ready for the next statement. */
  run(session: Lender): Promise<Error | undefined> {
    const { destroyed } = this.#query as { destroyed?: boolean };
    if (this.#lent.synced || destroyed === true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#landed = resolve;
      session.lend(this);
    });
  }

  /** Notifies the caller of its end or its error. */
  finish(error?: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#lent.revoke();
    process.nextTick(() => {
      this.#asked.runInAsyncScope(() => {
        if (error === undefined) this.#query.handleReadyForQuery?.(this.#lent);
        else this.#fail(error);
        this.#lent.emit('readyForQuery', {});
      });
    });
  }

  #fail(error: unknown): void {
    try {
      this.#query.handleError?.(error, this.#lent);
    } catch (thrown) {
      // an emitter without a listener throws the error; that must not end the process
      if (thrown !== error) throw thrown;
      process.emitWarning(`A query failed and nobody listens: ${(error as Error).message}`);
    }
  }

  /** Ends it on this side; its running statement is cancelled elsewhere. */
  interrupt(): void {
    this.#lent.sync();
  }

  submit(connection: WireConnection): null {
    this.#connection = connection;
    this.#lent.open(connection);
    for (const { event, forward } of this.#forwards) connection.on(event, forward);
    let refused: unknown;
    this.#tell(() => {
      refused = this.#query.submit(this.#lent as unknown as pg.Connection);
    });
    if (refused instanceof Error) this.error ??= refused;
    if (this.error !== undefined) this.#lent.sync();
    return null;
  }

  land(): void {
    for (const { event, forward } of this.#forwards)
      this.#connection?.removeListener(event, forward);
    this.#lent.revoke();
    this.#landed?.(this.error);
  }

  handleParseComplete(): void {}
  handleBindComplete(): void {}

  handleRowDescription(message: { readonly fields: readonly FieldDescription[] }): void {
    this.#lent.working = false;
    this.watch?.columns(message.fields);
    this.#tell(() => this.#query.handleRowDescription?.(message));
  }

  handleDataRow(message: { readonly fields: RowValues }): void {
    if (this.error === undefined && this.watch?.row(message.fields) === false) {
      this.error = withheld;
      this.#lent.sync();
    }
    this.#tell(() => this.#query.handleDataRow?.(message));
  }

  handlePortalSuspended(): void {
    this.#lent.working = false;
    this.#tell(() => this.#query.handlePortalSuspended?.(this.#lent));
  }

  handleCommandComplete(message: unknown): void {
    this.#tell(() => this.#query.handleCommandComplete?.(message, this.#lent));
  }

  handleEmptyQuery(): void {
    this.#tell(() => this.#query.handleEmptyQuery?.(this.#lent));
    this.#lent.sync();
  }

  handleReadyForQuery(): void {
    this.answered = true;
  }

  handleError(error: Error): void {
    this.error ??= error;
    this.answered = true;
    this.#lent.sync();
  }

  handleCopyInResponse(): void {
    this.#lent.sendCopyFail('COPY is not supported through the tenant pool');
    this.#lent.sync();
  }

  handleCopyData(): void {}

  /** Calls the query, in the scope of the caller; an error ends it. */
  #tell(call: () => unknown): void {
    if (this.error !== undefined) return;
    try {
      this.#asked.runInAsyncScope(call);
    } catch (error) {
      this.error =
        error instanceof Error
          ? error
          : new TenantryError('STATEMENT_REFUSED', { found: String(error) });
      this.#lent.sync();
    }
  }
}
