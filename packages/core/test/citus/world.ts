import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { createTenantPool, type TenantPool, type TenantPoolOptions } from '../../src/index.ts';
import { acme, as, migrate, tenancy } from './schema.ts';

/** The nodes that a pool can connect to: metadata is on all of them. The first tenant lives on a worker. */
export const entries = ['coordinator', 'worker of the tenant', 'other worker'] as const;
export type Entry = (typeof entries)[number];

export interface CitusWorld {
  /** Connection string of a superuser on a node. */
  url(entry: Entry): string;
  /** A tenant pool as in production, ended after the file. */
  pool(entry: Entry, options?: TenantPoolOptions): TenantPool;
  /** Asks as a superuser on the coordinator, past all policies. */
  ask(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Asks every worker by itself. */
  askWorkers(sql: string): Promise<Record<string, unknown>[]>;
}

/** Whether a node holds the rows of the first tenant. */
const holds = `select exists (select from pg_dist_placement
  where shardid = get_shard_id_for_distribution_column('projects', '${acme}'::uuid)
    and groupid = (select groupid from pg_dist_local_group))`;

/** Tests on a cluster, skipped without one; they share a database. */
export function onCitus(what: string, tests: (world: CitusWorld) => void): void {
  describe.skipIf(citusUrl() === undefined)(`on Citus, ${what}`, () => {
    let urls: Record<Entry, string>;
    let workers: readonly string[] = [];
    const ends: (() => Promise<unknown>)[] = [];
    const ask = async (at: string, sql: string, values?: unknown[]) => {
      const client = new pg.Client(at);
      await client.connect();
      try {
        return (await client.query(sql, values)).rows as Record<string, unknown>[];
      } finally {
        await client.end();
      }
    };
    const askWorkers = async (sql: string) =>
      (await Promise.all(workers.map((each) => ask(each, sql)))).flat();
    beforeAll(async () => {
      const database = await createCitusDatabase({ migrate });
      ends.push(() => database.drop());
      workers = database.workers;
      const held = await askWorkers(`${holds} as held`);
      const at = (wanted: boolean) => workers[held.findIndex((each) => each.held === wanted)];
      urls = {
        coordinator: database.url,
        'worker of the tenant': at(true) as string,
        'other worker': at(false) as string,
      };
    });
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });
    tests({
      url: (entry) => urls[entry],
      pool(entry, options = {}) {
        const pool = createTenantPool(tenancy, {
          connectionString: as('web', urls[entry]),
          system: { connectionString: as('worker', urls[entry]) },
          ...options,
        });
        ends.push(() => (pool.ending ? Promise.resolve() : pool.end()));
        return pool;
      },
      ask: (sql, values) => ask(urls.coordinator, sql, values),
      askWorkers,
    });
  });
}
