/** A server, as far as its connections are counted. */
export interface CountedServer {
  readonly pool: { readonly totalCount: number };
  /** Whether nobody uses it or waits for it. */
  readonly quiet: boolean;
  /** Opens connections for those who wait. */
  grow(): void;
}

/**
 * Bounds the connections of several servers together. A server asks before it opens one; when there are
 * enough, the server that was idle for longest is closed to make room. One with work is never closed.
 */
export class ConnectionBudget {
  readonly #max: number;
  /** Each with what closes it, once it may be closed; the one that was used longest ago comes first. */
  readonly #servers = new Map<CountedServer, (() => void) | undefined>();
  readonly #wanting = new Set<CountedServer>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts the connections of a server. */
  add(server: CountedServer): void {
    this.#servers.set(server, undefined);
  }

  /** The server may be closed while it is idle. */
  closable(server: CountedServer, close: () => void): void {
    this.#servers.set(server, close);
  }

  /** A statement goes to this server. */
  used(server: CountedServer): void {
    const close = this.#servers.get(server);
    if (close === undefined) return;
    this.#servers.delete(server);
    this.#servers.set(server, close);
  }

  /** Whether the server may open a connection now; otherwise it is told when it may. */
  allows(server: CountedServer): boolean {
    if (this.#total() < this.#max) return true;
    this.#wanting.add(server);
    this.#makeRoom();
    return false;
  }

  /** A connection was closed, or has no work any more. */
  changed(): void {
    for (const server of this.#wanting) {
      if (this.#total() >= this.#max) {
        this.#makeRoom();
        return;
      }
      this.#wanting.delete(server);
      server.grow();
    }
  }

  /** The server is closed. */
  remove(server: CountedServer): void {
    this.#servers.delete(server);
    this.#wanting.delete(server);
  }

  #total(): number {
    let total = 0;
    for (const { pool } of this.#servers.keys()) total += pool.totalCount;
    return total;
  }

  #makeRoom(): void {
    for (const [server, close] of this.#servers) {
      if (close === undefined || !server.quiet || server.pool.totalCount === 0) continue;
      this.#servers.set(server, undefined);
      close();
      return;
    }
  }
}
