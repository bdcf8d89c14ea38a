import type { EpochFence } from './epoch-fence.ts';
import type { ReadRoutes } from './read-routes.ts';

/** Where tenants live, as this process knows it. */
export class Routes {
  readonly #read: () => Promise<ReadRoutes>;
  readonly #fence: EpochFence;
  #routes: ReadRoutes | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param fence that of the database with the catalogue */
  constructor(read: () => Promise<ReadRoutes>, fence: EpochFence) {
    this.#read = read;
    this.#fence = fence;
  }

  get known(): boolean {
    return this.#routes !== undefined;
  }

  /** Whether every tenant lives in the shared tables and stays there. */
  get empty(): boolean {
    return this.#routes?.places.size === 0 && this.#routes.moving.size === 0;
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
    this.#fence.learn(read);
  }
}
