import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { audit, schema, tenancy } from '../fixtures/schema.ts';

export const acme = '00000000-0000-4000-8000-00000000ac3e';
export const globex = '00000000-0000-4000-8000-0000000910be';
export const ada = '00000000-0000-4000-8000-000000000ada';

/** A database with a log and two organizations, for one test file. */
export interface World {
  /** The url of the owner, a superuser. */
  readonly url: string;
  readonly app: string;
  readonly pool: TenantPool;
  /** A pool of its own, ended after the file. */
  newPool(options?: TenantPoolOptions): TenantPool;
  /** Asks as the owner, past all policies. */
  ask<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Runs in acme's scope, as ada. */
  asAda<R>(fn: () => R | Promise<R>): Promise<R>;
  system<R>(fn: () => R | Promise<R>): Promise<R>;
}

/** What ada does is done from here. */
export const adaEntry = {
  organizationId: acme,
  user: ada,
  ip: '203.0.113.7',
  requestId: 'req-1',
} as const;

export async function world(
  feature: Feature = audit,
  key = 'audit',
  seed: (client: pg.Client) => Promise<void> = async () => {},
): Promise<World> {
  const database = await testDatabase({
    key,
    migrate: async (url) => {
      await applySchema(url, { tenancy, schema, features: [feature] });
      await withClient(url, async (client) => {
        await seedOrganizations(client);
        await seed(client);
      });
    },
  });
  return open(database.url);
}

/** The same with a schema of its own, of types that `before` makes. */
export async function ownWorld(
  own: Readonly<Record<string, unknown>>,
  {
    feature = audit,
    before = [],
    rewrite = (statement) => statement,
  }: {
    readonly feature?: Feature;
    readonly before?: readonly string[];
    readonly rewrite?: (statement: string) => string;
  } = {},
): Promise<World> {
  const database = await testDatabase();
  await withClient(database.url, async (client) => {
    for (const statement of before) await client.query(statement);
  });
  await applySchema(database.url, { tenancy, schema: own, features: [feature], rewrite });
  await withClient(database.url, seedOrganizations);
  return open(database.url);
}

async function seedOrganizations(client: pg.Client): Promise<void> {
  await client.query("select set_config('app.actor', $1, false)", [
    JSON.stringify({ system: 'tests', reason: 'seed' }),
  ]);
  await client.query("insert into organizations values ($1, 'Acme'), ($2, 'Globex')", [
    acme,
    globex,
  ]);
}

async function open(url: string): Promise<World> {
  const logins = await createLogins(url, tenancy);
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  const ends: (() => Promise<void>)[] = [() => admin.end()];
  afterAll(async () => {
    await Promise.all(ends.map((end) => end()));
  });
  const newPool = (options: TenantPoolOptions = {}) => {
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      ...options,
    });
    ends.push(async () => (pool.ended ? undefined : pool.end()));
    return pool;
  };
  return {
    url,
    app: logins.app,
    pool: newPool(),
    newPool,
    ask: async (sql, values) => (await admin.query(sql, values)).rows,
    asAda: (fn) => tenancy.run(adaEntry, fn),
    system: (fn) => tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn),
  };
}

/** Runs `fn` with a connection of a login. */
export const withClientOf = withClient;

/** The error that a promise is rejected with, or what wraps it. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ code?: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message: string } };
    const own = error as { code?: string; message: string };
    return own.code === undefined && cause !== undefined ? cause : own;
  }
  throw new Error('nothing failed');
}
