import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import type { RememberedPlace } from './catalogue.ts';

/**
 * What is remembered of places, on one connection to the shared database. It is a help and no reason to
 * fail: an error of it is kept to itself.
 */
export class Memory {
  readonly #client: pg.ClientBase;
  readonly #schema: string;
  /** One statement at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.ClientBase, { schema }: Tenancy) {
    this.#client = client;
    this.#schema = schema;
  }

  /**
   * Remembers that the ledger of a place is equal to a folder. To be called after the transaction of the
   * place has ended, so that it knows too little at worst.
   */
  remember({ name, mark }: RememberedPlace, folder: string): Promise<void> {
    return this.#run(
      `insert into tenantry.place_migrations (place, mark, folder) values ($1, $2, $3)
       on conflict (place) do update set mark = excluded.mark, folder = excluded.folder, seen_at = now()`,
      [name, mark, folder],
    );
  }

  /** Forgets what is known of a place, whose ledger is about to change. */
  async forget({ name, folder }: RememberedPlace): Promise<void> {
    if (folder === null) return;
    await this.#run('delete from tenantry.place_migrations where place = $1', [name]);
  }

  #run(text: string, values: readonly string[]): Promise<void> {
    const work = this.#last.then(() =>
      this.#client.query(textInSchema(this.#schema, text), [...values]),
    );
    this.#last = work.catch(() => {});
    return this.#last as Promise<void>;
  }
}
