import { randomUUID } from 'node:crypto';
import { createTenantPool, type Tenancy, type TenantPool } from '@tenantry/core';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { type Application, applySchema, createLogins } from '@tenantry/testing/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';

/** The nodes that a pool can connect to. */
export const entries = ['the coordinator', 'a worker'] as const;
export type Entry = (typeof entries)[number];

/** A database of an application on a cluster. */
export interface CitusWorld {
  /** The superuser on the coordinator. */
  readonly root: pg.Client;
  readonly url: string;
  readonly workers: readonly string[];
  /** A pool of 50 connections of the application. */
  pool(entry: Entry): TenantPool;
  /** A new tenant. */
  organization(): Promise<string>;
  as<R>(tenant: string, fn: () => Promise<R>): Promise<R>;
  system<R>(fn: () => Promise<R>): Promise<R>;
  /** Runs a statement as a tenant, and gives the first column of its rows. */
  column(entry: Entry, tenant: string, text: string, values?: unknown[]): Promise<unknown[]>;
}

interface WorldOptions {
  /** Runs before the schema of the application. */
  readonly before?: readonly string[];
  /** An organization's columns beside its id, in an INSERT. Default: none. */
  readonly organization?: Readonly<Record<string, unknown>>;
}

/** Tests on a cluster, skipped without one; they share a database. */
export function onCitusWith(
  what: string,
  application: Application,
  tests: (world: () => CitusWorld) => void,
  { before = [], organization = {} }: WorldOptions = {},
): void {
  describe.skipIf(citusUrl() === undefined)(`on Citus, ${what}`, () => {
    let world: CitusWorld | undefined;
    const ends: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      const { url, workers, drop } = await createCitusDatabase({
        sql: before.join(';\n'),
        migrate: async (to) => {
          await applySchema(to, application);
        },
      });
      ends.push(drop);
      const root = new pg.Client({ connectionString: url });
      await root.connect();
      ends.push(() => root.end());
      world = worldOf({ url, workers }, root, application.tenancy, organization, {
        'the coordinator': await openPool(url, application.tenancy, ends),
        'a worker': await openPool(workers[0] as string, application.tenancy, ends),
      });
    });
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });
    tests(() => world as CitusWorld);
  });
}

async function openPool(
  url: string,
  tenancy: Tenancy,
  ends: (() => Promise<unknown>)[],
): Promise<TenantPool> {
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system, max: 8 },
    max: 50,
  });
  ends.push(() => pool.end());
  return pool;
}

function worldOf(
  where: Pick<CitusWorld, 'url' | 'workers'>,
  root: pg.Client,
  tenancy: Tenancy,
  organization: Readonly<Record<string, unknown>>,
  pools: Readonly<Record<Entry, TenantPool>>,
): CitusWorld {
  const as = <R>(tenant: string, fn: () => Promise<R>): Promise<R> => tenancy.run(tenant, fn);
  return {
    ...where,
    root,
    pool: (entry) => pools[entry],
    async organization() {
      const id = randomUUID();
      const row = { id, ...organization };
      const values = Object.values(row);
      await root.query(
        `insert into organizations (${Object.keys(row).join(', ')}) values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
        values,
      );
      return id;
    },
    as,
    system: (fn) => tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn),
    column: (entry, tenant, text, values = []) =>
      as(tenant, async () => {
        const { rows } = await pools[entry].query({ text, values, rowMode: 'array' });
        return (rows as unknown[][]).map(([first]) => first);
      }),
  };
}
