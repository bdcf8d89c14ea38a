import type pg from 'pg';
import { Flight, type Step, type WireConnection } from './flight.ts';
import type { LentQuery } from './lent-query.ts';
import { notPrepared, type Prepared, type StatementKeeping } from './prepared.ts';
import { Residue } from './residue.ts';
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
  /** What the server said last; lost connections count as failed. */
  status: TransactionStatus = 'I';
  lost: Error | undefined;
  /** Called when the connection is gone. */
  onLost: (() => void) | undefined;
  /** It has sent a statement that is not on the list, and must not be used by another scope. */
  spent = false;
  /** What the scopes before may have left on it. */
  readonly residue = new Residue();
  /** How many flushes it has sent. */
  flown = 0;
  #flight: Flight | LentQuery | undefined;
  #landing: (() => void)[] = [];
  readonly #caches = new Map<string, StatementCache>();
  /** The statements of the context, by name. */
  readonly #ofContext = new Map<string, Prepared>();
  readonly statements: StatementKeeping;

  constructor(client: pg.PoolClient, statements: StatementKeeping) {
    this.client = client as WireClient;
    this.statements = statements;
    const { connection } = this.client;
    // pg tells a query of its rows, but not of ParseComplete and BindComplete, and of ReadyForQuery
    // only when no error came before it: they are read from the connection, after pg's own listeners.
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
    return (
      this.spent || this.lost !== undefined || this.#flight !== undefined || this.status !== 'I'
    );
  }

  get busy(): boolean {
    return this.#flight !== undefined;
  }

  /** Whether it waits for its server, and not for the reader of a cursor. */
  get working(): boolean {
    return this.#flight !== undefined && !(this.#flight as Partial<LentQuery>).resting;
  }

  /** How far it has come: it moves with each flush, and each read of a cursor. */
  get progress(): number {
    return this.flown + ((this.#flight as Partial<LentQuery> | undefined)?.reads ?? 0);
  }

  /** Settles when nothing is under way. */
  idle(): Promise<void> {
    if (this.#flight === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#landing.push(resolve));
  }

  /** Forgets every prepared statement, after the server did. */
  forgetStatements(): void {
    this.#ofContext.clear();
    this.#caches.clear();
  }

  /** A statement of the context, which every role shares. */
  ofContext(name: string): Prepared {
    let prepared = this.#ofContext.get(name);
    if (prepared === undefined) {
      prepared = notPrepared(name);
      this.#ofContext.set(name, prepared);
    }
    return prepared;
  }

  /** Has a statement of the context parsed anew the next time. */
  forgetOfContext(name: string): void {
    if (this.#ofContext.delete(name)) this.closing.push(name);
  }

  cache(role: string): StatementCache {
    let cache = this.#caches.get(role);
    if (cache === undefined) {
      cache = new StatementCache(role, this.statements.max);
      this.#caches.set(role, cache);
    }
    return cache;
  }

  /**
   * Sends a flush; `landed` is called when the server is ready again or the connection is gone.
   * A callback and not a promise, because this is the path of every statement.
   */
  launch(bytes: Buffer, steps: readonly Step[], landed: (flight: Flight) => void): void {
    this.#carry(new Flight(bytes, steps, landed));
  }

  /** Has a custom query of the caller run on this connection. */
  lend(query: LentQuery): void {
    this.#carry(query);
  }

  /** Ends a custom query that waits for its reader: the server waits for a Sync that would not come. */
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
