import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import type { LimitsDatabase } from '../support/database.ts';
import * as schema from './schema.ts';
import { limits, tenancy } from './schema.ts';

/** The nodes that a pool can connect to. */
export const entries = ['the coordinator', 'a worker'] as const;
export type Entry = (typeof entries)[number];

export interface CitusWorld {
  /** What the tests of one server get, with a pool of 30 connections on a node. */
  at(entry: Entry): LimitsDatabase;
}

/** Tests on a cluster, skipped without one; they share a database. */
export function onCitus(what: string, tests: (world: CitusWorld) => void): void {
  describe.skipIf(citusUrl() === undefined)(`on Citus, ${what}`, () => {
    const databases = new Map<Entry, LimitsDatabase>();
    const ends: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      const directory = { tenant: schema.organizations.id, member: schema.memberships.userId };
      const database = await createCitusDatabase({
        migrate: async (url) => {
          await applySchema(url, { tenancy, schema, features: [limits], directory });
        },
      });
      ends.push(() => database.drop());
      const admin = new pg.Pool({ connectionString: database.url, max: 4 });
      ends.push(() => admin.end());
      const [worker = ''] = database.workers;
      for (const [entry, url] of [
        ['the coordinator', database.url],
        ['a worker', worker],
      ] as const) {
        databases.set(entry, await openLimits(url, admin, ends));
      }
    });
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });
    tests({ at: (entry) => databases.get(entry) as LimitsDatabase });
  });
}

async function openLimits(
  url: string,
  admin: pg.Pool,
  ends: (() => Promise<unknown>)[],
): Promise<LimitsDatabase> {
  const logins = await createLogins(url, tenancy);
  const openPool = (options: TenantPoolOptions = {}): TenantPool => {
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system, max: 4 },
      ...options,
    });
    ends.push(() => pool.end());
    return pool;
  };
  return {
    url,
    logins,
    pool: openPool({ max: 30 }),
    openPool,
    ask: async <R>(sql: string, values?: unknown[]) => (await admin.query(sql, values)).rows as R[],
    async organization(plan = 'free') {
      const id = randomUUID();
      await admin.query("insert into organizations (id, name, plan) values ($1, 'Acme', $2)", [
        id,
        plan,
      ]);
      return id;
    },
    in: (organization, fn) => tenancy.run(organization, fn),
    system: (fn) => tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn),
  };
}
