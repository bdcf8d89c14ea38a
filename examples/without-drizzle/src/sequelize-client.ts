import { EventEmitter } from 'node:events';
import type { TenantPool } from '@tenantry/core';
import type pg from 'pg';

type Callback = (error: Error | null, result?: pg.QueryResult) => void;

/** What Sequelize gives a client when it makes one: how its own types are read. */
interface ClientOptions {
  readonly types?: pg.CustomTypesConfig;
}

/**
 * The class `Client` of a driver for Sequelize, whose queries run on the tenant pool. Sequelize keeps its
 * clients from one request to the next, so one of them holds no connection but in a transaction: then it has
 * a client of the pool, in the scope that began it.
 * @example
 * ```ts
 * const sequelize = new Sequelize({
 *   dialect: 'postgres',
 *   dialectModule: { ...pg, Client: clientOf(pool) },
 *   databaseVersion: '15.0.0', // or it asks, outside of every scope
 *   keepDefaultTimezone: true,
 *   dialectOptions: { clientMinMessages: 'ignore' },
 * });
 * ```
 */
export function clientOf(pool: TenantPool) {
  return class SequelizeClient extends EventEmitter {
    /** It listens for settings of the server. */
    readonly connection = new EventEmitter();
    readonly standard_conforming_strings = 'on';
    readonly #types: pg.CustomTypesConfig | undefined;
    #transaction: pg.PoolClient | undefined;

    constructor({ types }: ClientOptions = {}) {
      super();
      this.#types = types;
    }

    connect(callback: (error?: Error) => void): void {
      callback();
    }

    query(text: string, values?: unknown[] | Callback, callback?: Callback) {
      const given = Array.isArray(values) ? values : undefined;
      const done = typeof values === 'function' ? values : callback;
      const running = this.#run(text, given);
      if (done === undefined) return running;
      running.then(
        (result) => done(null, result),
        (error) => done(error),
      );
      return undefined;
    }

    async #run(text: string, values: unknown[] | undefined): Promise<pg.QueryResult> {
      if (/^start transaction/i.test(text)) this.#transaction = await pool.connect();
      const on = this.#transaction ?? pool;
      try {
        return await on.query({ text, values, types: this.#types } as pg.QueryConfig);
      } finally {
        if (/^(commit|rollback);?$/i.test(text.trim())) this.#release();
      }
    }

    #release(): void {
      this.#transaction?.release();
      this.#transaction = undefined;
    }

    end(callback: () => void): void {
      this.#release();
      callback();
    }
  };
}
