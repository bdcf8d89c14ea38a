import type pg from 'pg';
import { connectTo } from '../../connect.ts';

/** Connections to the shared database that one schema after the other uses: to open one costs more than a migration. */
export class SharedConnections {
  readonly #what: string;
  readonly #url: string;
  readonly #idle: pg.Client[] = [];

  constructor(what: string, url: string) {
    this.#what = what;
    this.#url = url;
  }

  /** A connection that fails is not used again. */
  async use<R>(fn: (client: pg.Client) => Promise<R>): Promise<R> {
    const client = this.#idle.pop() ?? (await connectTo(this.#what, this.#url));
    try {
      const done = await fn(client);
      this.#idle.push(client);
      return done;
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((client) => client.end().catch(() => {})));
  }
}
