import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import pg from 'pg';
import type { Server } from './server.ts';

/**
 * The members of pg's Pool besides `query` and `connect`. It passes `instanceof pg.Pool`, because some
 * libraries (Prisma's adapter) open their own pool for anything else.
 */
export abstract class PoolFace extends EventEmitter {
  #ending: Promise<void> | undefined;
  #ended = false;
  /** The class of the underlying connections; a client of it is outside every scope. */
  readonly Client: typeof pg.Client = pg.Client;

  /** Batches that are being collected; their statements have been accepted. */
  protected readonly batches = new Set<Promise<unknown>>();
  protected abstract readonly servers: ReadonlySet<Server>;

  /**
   * Accepts no more statements, and closes the connections when the accepted ones are done.
   * @throws an Error on a second call, as pg does
   */
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    const again = this.#ending !== undefined;
    const ending = again
      ? Promise.reject(new Error('Called end on pool more than once'))
      : this.#end();
    if (!again) this.#ending = ending;
    if (typeof callback !== 'function') return ending;
    ending.then(
      () => process.nextTick(callback),
      (error) => process.nextTick(callback, error),
    );
    return undefined;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.batches);
    await Promise.all([...this.servers].map((server) => server.end()));
    this.#ended = true;
  }

  /** Whether `end` was called. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether all connections are closed. */
  get ended(): boolean {
    return this.#ended;
  }

  get totalCount(): number {
    return this.#sum((server) => server.pool.totalCount);
  }

  get idleCount(): number {
    return this.#sum((server) => server.idleCount);
  }

  get waitingCount(): number {
    return this.#sum((server) => server.waitingCount);
  }

  get expiredCount(): number {
    return this.#sum((server) => server.pool.expiredCount);
  }

  #sum(count: (server: Server) => number): number {
    return [...this.servers].reduce((sum, server) => sum + count(server), 0);
  }

  /** The form in logs: it shows neither the server nor the login. */
  toJSON(): object {
    const { totalCount, idleCount, waitingCount, ended } = this;
    return { totalCount, idleCount, waitingCount, ended };
  }

  [inspect.custom](): string {
    return `TenantPool ${inspect(this.toJSON(), { breakLength: Number.POSITIVE_INFINITY })}`;
  }
}

/** An instance of pg.Pool without its members: `newClient()` would open a connection without a scope. */
function likePool(): object {
  const hidden: PropertyDescriptorMap = {};
  let each: object = pg.Pool.prototype;
  while (each !== EventEmitter.prototype && each !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(each)) hidden[name] = { value: undefined };
    each = Object.getPrototypeOf(each);
  }
  return Object.create(pg.Pool.prototype, hidden);
}

Object.setPrototypeOf(PoolFace.prototype, likePool());
