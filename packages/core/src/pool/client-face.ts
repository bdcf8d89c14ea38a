import { EventEmitter } from 'node:events';
import pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import { store } from '../scope/store.ts';
import type { TypeParsers } from '../wire/type-parsers.ts';
import type { PooledSession } from './pooled-session.ts';

type Listener = (...args: unknown[]) => void;

/**
 * The members of a pg client besides `query` and `release`. They belong to the handle, not to the
 * connection: listeners and type parsers end with the handle, so the next tenant never sees them.
 */
export class ClientFace extends EventEmitter {
  #session: PooledSession;
  readonly #scope: Scope;
  #types: pg.TypeOverrides | undefined;
  #draining = false;
  /** Forwards the events of the connection, once somebody listens. */
  readonly #forwards = new Map<string | symbol, Listener>();

  constructor(session: PooledSession, scope: Scope) {
    super();
    this.#session = session;
    this.#scope = scope;
  }

  override on(event: string | symbol, listener: Listener): this {
    this.#forward(event);
    return super.on(event, listener);
  }

  override addListener(event: string | symbol, listener: Listener): this {
    return this.on(event, listener);
  }

  override prependListener(event: string | symbol, listener: Listener): this {
    this.#forward(event);
    return super.prependListener(event, listener);
  }

  #forward(event: string | symbol): void {
    // the statements of a handle wait in its own queue, so the connection drains after each of them
    if (event === 'drain' || this.#forwards.has(event)) return;
    const forward = (...args: unknown[]) => {
      if (this.listenerCount(event) > 0) store.run(this.#scope, () => this.emit(event, ...args));
    };
    this.#forwards.set(event, forward);
    this.#session.client.on(event as 'notice', forward);
  }

  /** Emits `drain` when all statements are done and no new one was sent meanwhile. */
  protected tellDrained(isIdle: () => boolean): void {
    if (this.#draining || this.listenerCount('drain') === 0) return;
    this.#draining = true;
    setImmediate(() => {
      this.#draining = false;
      if (isIdle()) store.run(this.#scope, () => this.emit('drain'));
    });
  }

  /** The connection; a client whose tenant moves gets another one. */
  protected get session(): PooledSession {
    return this.#session;
  }

  /** The handle gets another connection. */
  protected moveTo(session: PooledSession): void {
    for (const [event, forward] of this.#forwards) {
      this.#session.client.removeListener(event, forward);
      session.client.on(event as 'notice', forward);
    }
    this.#session = session;
  }

  /** The connection goes to somebody else: stops forwarding its events. */
  protected forsake(): void {
    for (const [event, forward] of this.#forwards)
      this.#session.client.removeListener(event, forward);
    this.#forwards.clear();
  }

  /** The type parsers that were set on this handle, if any. */
  protected get ownTypes(): TypeParsers | undefined {
    return this.#types as TypeParsers | undefined;
  }

  setTypeParser(...args: Parameters<pg.TypeOverrides['setTypeParser']>): void {
    this.#types ??= new pg.TypeOverrides(this.#session.client as unknown as pg.CustomTypesConfig);
    this.#types.setTypeParser(...args);
  }

  getTypeParser(oid: number, format?: 'text'): unknown {
    return (this.#types ?? this.#session.client).getTypeParser(oid, format as never);
  }

  escapeIdentifier(text: string): string {
    return pg.escapeIdentifier(text);
  }

  escapeLiteral(text: string): string {
    return pg.escapeLiteral(text);
  }

  /** The process id of the backend. */
  get processID(): number {
    return this.#session.client.processID;
  }

  get user(): string | undefined {
    return this.#session.client.user;
  }

  get database(): string | undefined {
    return this.#session.client.database;
  }

  get host(): string {
    return this.#session.client.host;
  }

  get port(): number {
    return this.#session.client.port;
  }

  get ssl(): boolean {
    return Boolean(this.#session.client.ssl);
  }

  get pipeline(): false {
    return false;
  }

  /** Always undefined: a secret. */
  get password(): undefined {
    return undefined;
  }

  /** Always undefined: messages written to it directly would bypass the checks. */
  get connection(): undefined {
    return undefined;
  }

  /** Fails, because it is already connected; pg does the same. */
  connect(callback?: (error: Error) => void): unknown {
    const error = new Error('Client has already been connected. You cannot reuse a client.');
    return callback === undefined ? Promise.reject(error) : process.nextTick(callback, error);
  }

  /** Takes no more statements; the connection is closed when the client is released. */
  end(callback?: () => void): unknown {
    this.#session.lost ??= new Error('Client was closed and is not queryable');
    return callback === undefined ? Promise.resolve() : process.nextTick(callback);
  }

  pauseDrain(): void {}
  resumeDrain(): void {}

  copyFrom(): never {
    throw copyRefused();
  }

  copyTo(): never {
    throw copyRefused();
  }
}

const copyRefused = () =>
  new TenantryError('STATEMENT_REFUSED', {
    found: 'COPY, which PostgreSQL refuses under row-level security',
    fix: 'Insert arrays with unnest(…), or bulkInsert of @tenantry/rls; read with a cursor.',
  });
