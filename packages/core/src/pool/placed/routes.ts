import type { ReadEpoch, ReadRoutes } from './read-routes.ts';

/** Where tenants live, as this process knows it. */
export class Routes {
  readonly #read: () => Promise<ReadRoutes>;
  readonly #learn: (epoch: ReadEpoch) => void;
  #routes: ReadRoutes | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param learn is told the epoch of the database with the catalogue */
  constructor(read: () => Promise<ReadRoutes>, learn: (epoch: ReadEpoch) => void) {
    this.#read = read;
    this.#learn = learn;
  }

  get known(): boolean {
    return this.#routes !== undefined;
  }

  /** Whether every tenant lives in the shared tables, stays there and is served. */
  get empty(): boolean {
    const { places, moving, suspended } = this.#routes ?? {};
    return places?.size === 0 && moving?.size === 0 && suspended?.size === 0;
  }

  /** The place of a tenant; undefined for one in the shared tables. */
  placeOf(tenant: string): string | undefined {
    return this.#routes?.places.get(tenant);
  }

  /** The schema that a place is; undefined for a database, and for a place that is not known. */
  schemaOf(place: string): string | undefined {
    return this.#routes?.schemas.get(place);
  }

  /** Whether the place of a tenant may change at any moment. */
  moving(tenant: string): boolean {
    return this.#routes?.moving.has(tenant) === true;
  }

  /** Whether nobody may work for a tenant. */
  suspended(tenant: string): boolean {
    return this.#routes?.suspended.has(tenant) === true;
  }

  /** Reads them unless they are known. */
  ready(): Promise<void> {
    if (this.known) return Promise.resolve();
    return this.#running ?? this.refresh();
  }

  /** Reads them again, in a query that is sent after this call; calls at the same time share one. */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#load().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    const start = () => {
      this.#next = undefined;
      return this.refresh();
    };
    this.#next ??= this.#running.then(start, start);
    return this.#next;
  }

  async #load(): Promise<void> {
    const read = await this.#read();
    this.#routes = read;
    this.#learn(read);
  }
}
