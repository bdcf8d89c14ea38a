import { EventEmitter } from 'node:events';
import { TenantryError } from '../errors/index.ts';
import type { WireConnection } from './flight.ts';

/** The members that a custom query of pg may call on its connection, beyond the public types. */
interface Written extends WireConnection {
  parse(query: object): void;
  bind(config: object): void;
  describe(message: object): void;
  execute(config: object): void;
  close(message: object): void;
}

type Message = Readonly<Record<string, unknown>> | null;

/** The events of the connection that pg's queries listen to. */
export const forwarded = ['noData', 'rowDescription'] as const;

/**
 * The connection that a cursor, a stream or another custom query of pg gets. It forwards the messages of
 * one statement until the first Sync, and nothing afterwards. Code that still holds it when the
 * connection serves the next tenant has no effect.
 */
export class LentConnection extends EventEmitter {
  readonly parsedStatements: Record<string, string> = {};
  readonly submittedNamedStatements: Record<string, string> = {};
  /** pg corks it around the messages of a query. */
  readonly stream = { cork() {}, uncork() {} };
  readonly #check: (text: string) => void;
  #connection: WireConnection | undefined;
  #synced = false;
  #over = false;
  /** Whether the server is working for it; false between two reads of a cursor. */
  working = true;
  /** How often it has requested rows. */
  reads = 0;

  /** @param check throws when a text may not be sent */
  constructor(check: (text: string) => void) {
    super();
    this.#check = check;
  }

  /** Whether the query was closed, possibly before it was sent. */
  get synced(): boolean {
    return this.#synced;
  }

  open(connection: WireConnection): void {
    this.#connection = connection;
  }

  /** The server is ready for the next statement: nothing more is written. */
  revoke(): void {
    this.#connection = undefined;
    this.#over = true;
  }

  parse({ text, types }: { text?: unknown; types?: unknown }): void {
    if (this.#over) return;
    this.#checked(text);
    this.#write((connection) => connection.parse({ name: '', text, types }));
  }

  bind(config: Message): void {
    // statements of the caller get no name: the pool only tracks its own names
    this.#write((connection) => connection.bind({ ...config, statement: '' }));
  }

  describe(message: Message): void {
    const statement = message?.type === 'S';
    this.#write((connection) => connection.describe(statement ? { type: 'S' } : { ...message }));
  }

  execute(config: Message): void {
    this.working = true;
    this.reads++;
    this.#write((connection) => connection.execute({ ...config }));
  }

  close(message: Message): void {
    const statement = message?.type === 'S';
    this.#write((connection) => connection.close(statement ? { type: 'S' } : { ...message }));
  }

  flush(): void {
    this.#write((connection) => connection.flush());
  }

  sync(): void {
    this.working = true;
    this.#write((connection) => connection.sync());
    this.#synced = true;
  }

  /** The simple protocol would run several statements in one text; this runs only one. */
  query(text: unknown): void {
    if (this.#over) return;
    this.#checked(text);
    this.#write((connection) => {
      connection.parse({ name: '', text });
      connection.bind({});
      connection.describe({ type: 'P', name: '' });
      connection.execute({});
    });
    this.sync();
  }

  sendCopyFail(message: string): void {
    this.#write((connection) => connection.sendCopyFail(message));
  }

  override once(event: string | symbol, listener: (...args: unknown[]) => void): this {
    // a cursor that is closed twice would wait for a ReadyForQuery that has already arrived
    if (event === 'readyForQuery' && this.#over) setImmediate(listener);
    else super.once(event, listener);
    return this;
  }

  end(): never {
    throw new TenantryError('STATEMENT_REFUSED', {
      found: 'a query that ends the connection of its pool',
      fix: 'Close the cursor: cursor.close().',
    });
  }

  #checked(text: unknown): void {
    if (typeof text !== 'string') {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'a query without text',
        fix: 'Pass a string, or { text, values }.',
      });
    }
    this.#check(text);
  }

  #write(message: (connection: Written) => void): void {
    if (!this.#synced && this.#connection !== undefined) message(this.#connection as Written);
  }
}
