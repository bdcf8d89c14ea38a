import type pg from 'pg';
import { Flight, type Step, type WireConnection } from './flight.ts';
import type { LentQuery } from './lent-query.ts';
import { notPrepared, type Prepared, type StatementKeeping } from './prepared.ts';
import { StatementCache } from './statement-cache.ts';
import type { TypeParsers } from './type-parsers.ts';

/** The transaction status that the server reports: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

type WireClient = pg.PoolClient & {
  readonly connection: WireConnection;
  readonly processID: number;
  readonly secretKey: number;
} & TypeParsers;

/**
 * One physical connection: sends flushes, one at a time, and knows the transaction status and the
 * statements that are prepared on it.
 */
export class Session {
  readonly client: WireClient;
  /** Prepared statements that the next flush has to close first. */
  readonly closing: string[] = [];
  /** The last reported status; lost connections count as failed. */
  status: TransactionStatus = 'I';
  lost: Error | undefined;
  /** Called when the connection is gone. */
  onLost: (() => void) | undefined;
  /** The number of flushes sent. */
  flown = 0;
  #flight: Flight | LentQuery | undefined;
  #landing: (() => void)[] = [];
  /** The prepared statements of callers. */
  prepared: StatementCache;
  /** The statements of the context, by name. */
  readonly #ofContext = new Map<string, Prepared>();
  readonly statements: StatementKeeping;

  constructor(client: pg.PoolClient, statements: StatementKeeping) {
    this.client = client as WireClient;
    this.statements = statements;
    this.prepared = new StatementCache(statements.max);
    const { connection } = this.client;
    // pg notifies a query of its rows, but not of ParseComplete and BindComplete, and of ReadyForQuery
    // only without an earlier error. These messages are read from the connection, after pg's own
    // listeners.
    connection.on('parseComplete', () => this.#flight?.handleParseComplete());
    connection.on('bindComplete', () => this.#flight?.handleBindComplete());
    connection.on('readyForQuery', (message: { status: TransactionStatus }) => {
      this.status = message.status;
      if (this.#flight?.answered) this.#land();
    });
    connection.on('end', () => {
      this.lost ??= new Error('Connection terminated unexpectedly');
      this.status = 'E';
      if (this.#flight !== undefined) this.#flight.error ??= this.lost;
      this.#land();
      this.onLost?.();
    });
    // without a listener, an error of a checked-out client would end the process
    client.on('error', (error: Error) => {
      this.lost ??= error;
    });
  }

  /** Whether it must not be used again. */
  get done(): boolean {
    return this.lost !== undefined || this.#flight !== undefined || this.status !== 'I';
  }

  get busy(): boolean {
    return this.#flight !== undefined;
  }

  /** Whether it waits for the server, not for the reader of a cursor. */
  get working(): boolean {
    return this.#flight !== undefined && !(this.#flight as Partial<LentQuery>).resting;
  }

  /** A progress counter: it grows with each flush and each read of a cursor. */
  get progress(): number {
    return this.flown + ((this.#flight as Partial<LentQuery> | undefined)?.reads ?? 0);
  }

  /** Settles when nothing is running. */
  idle(): Promise<void> {
    if (this.#flight === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#landing.push(resolve));
  }

  /** Forgets every prepared statement, after the server has dropped them. */
  forgetStatements(): void {
    this.#ofContext.clear();
    this.prepared = new StatementCache(this.statements.max);
  }

  /** A statement of the context, which all of them share. */
  ofContext(name: string): Prepared {
    let prepared = this.#ofContext.get(name);
    if (prepared === undefined) {
      prepared = notPrepared(name);
      this.#ofContext.set(name, prepared);
    }
    return prepared;
  }

  /** Makes the next run parse a statement of the context again. */
  replaceOfContext(prepared: Prepared): void {
    this.#ofContext.set(prepared.name, prepared);
    this.closing.push(prepared.name);
  }

  /**
   * Sends a flush; `landed` is called when the server is ready again or the connection is gone. It takes
   * a callback, not a promise, because this is the path of every statement.
   */
  launch(bytes: Buffer, steps: readonly Step[], landed: (flight: Flight) => void): void {
    this.#carry(new Flight(bytes, steps, landed));
  }

  /** Runs a custom query of the caller on this connection. */
  lend(query: LentQuery): void {
    this.#carry(query);
  }

  /**
   * Ends a custom query that waits for its reader; otherwise the server would wait for a Sync that never
   * comes.
   */
  interrupt(): void {
    (this.#flight as Partial<LentQuery> | undefined)?.interrupt?.();
  }

  #carry(flight: Flight | LentQuery): void {
    if (this.lost !== undefined || this.#flight !== undefined) {
      flight.error = this.lost ?? new Error('a connection carries one flush at a time');
      flight.land();
      return;
    }
    this.#flight = flight;
    this.flown++;
    this.client.query(flight as unknown as pg.Submittable);
  }

  /** Sends a flush and waits for its end. */
  fly(bytes: Buffer, steps: readonly Step[]): Promise<Flight> {
    return new Promise((resolve) => this.launch(bytes, steps, resolve));
  }

  #land(): void {
    const flight = this.#flight;
    this.#flight = undefined;
    flight?.land();
    if (this.#landing.length > 0) for (const landed of this.#landing.splice(0)) landed();
  }
}
