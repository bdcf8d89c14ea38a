import type { Login } from './databases.ts';
import type { ReadEpoch, ReadRoutes } from './read-routes.ts';

/** Where tenants live, as this process knows it. */
export class Routes {
  readonly #read: (by: Login) => Promise<ReadRoutes>;
  readonly #learn: (epoch: ReadEpoch) => void;
  #routes: ReadRoutes | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param learn is told the epoch of the database with the catalogue */
  constructor(read: (by: Login) => Promise<ReadRoutes>, learn: (epoch: ReadEpoch) => void) {
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

  /** The names of the databases in which tenants live, besides that of the shared tables. */
  get databases(): readonly string[] {
    const places = new Set(this.#routes?.places.values());
    return [...places].filter((place) => this.schemaOf(place) === undefined).sort();
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
  ready(by: Login): Promise<void> {
    if (this.known) return Promise.resolve();
    return this.#running ?? this.refresh(by);
  }

  /**
   * Reads them again, in a query that is sent after this call; calls at the same time share one.
   * @param by the login that reads: system work goes on where tenants are not served
   */
  refresh(by: Login = 'app'): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#load(by).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    const start = () => {
      this.#next = undefined;
      return this.refresh(by);
    };
    this.#next ??= this.#running.then(start, start);
    return this.#next;
  }

  async #load(by: Login): Promise<void> {
    const read = await this.#read(by);
    this.#routes = read;
    this.#learn(read);
  }
}
