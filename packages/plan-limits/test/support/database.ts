import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import {
  type Application,
  applySchema,
  createLogins,
  type Logins,
  runAll,
  withClient,
} from '@tenantry/testing/schema';
import pg from 'pg';
import { afterAll } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import * as schema from '../fixtures/schema.ts';
import { tenancy } from '../fixtures/schema.ts';
import { databaseOf, dialect } from './dialect.ts';

export interface LimitsDatabase {
  /** The url of the migrating login, a superuser. */
  readonly url: string;
  readonly logins: Logins;
  /** A tenant pool as in production. */
  readonly pool: TenantPool;
  openPool(options?: TenantPoolOptions): TenantPool;
  /** Asks as the superuser, past all policies. */
  ask<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
  /** How many connections of this database wait for an advisory lock, on all nodes. */
  waiting(): Promise<number>;
  /** The same through a worker, on Citus. */
  throughWorker(): LimitsDatabase;
  /** A new organization on a plan. */
  organization(plan?: string | null): Promise<string>;
  /** Runs in the scope of an organization. */
  in<R>(organization: string, fn: () => R | Promise<R>): Promise<R>;
  /** Runs as the system role. */
  system<R>(fn: () => R | Promise<R>): Promise<R>;
}

const directory = { tenant: schema.organizations.id, member: schema.memberships.userId };

/** What {@link limitsDatabase} is made of, where it is not the schema of the other tests. */
export interface OtherSchema extends Pick<Application, 'schema' | 'features' | 'rewrite'> {
  /** Statements of the application's own migrations, which run after all others. */
  readonly after?: readonly string[];
}

/** A database with the schema and the limits, for one test file. */
export async function limitsDatabase(
  key = 'plan-limits',
  other?: OtherSchema,
): Promise<LimitsDatabase> {
  const { after = [], ...application } = other ?? { schema, features: [limits], directory };
  const database = await databaseOf(key, async (url) => {
    await applySchema(url, { tenancy, ...application });
    await withClient(url, (client) => runAll(client, after));
  });
  const [worker = database.url] = database.workers;
  const logins = await createLogins(database.url, tenancy);
  const workerLogins = await createLogins(worker, tenancy);
  const admin = new pg.Pool({ connectionString: database.url, max: 2 });
  const open: { end(): Promise<unknown> }[] = [admin];
  afterAll(() => Promise.all(open.map((each) => each.end())));
  const opens =
    (as: Logins) =>
    (options: TenantPoolOptions = {}) => {
      const pool = createTenantPool(tenancy, {
        connectionString: as.app,
        system: { connectionString: as.system, max: 4 },
        ...options,
      });
      open.push(pool);
      return pool;
    };
  const ask = async <R>(sql: string, values?: unknown[]) =>
    (await admin.query(sql, values)).rows as R[];
  const waiting = async () => {
    const count = `select count(*) from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    const [row] = await ask<{ n: number }>(
      dialect === 'citus'
        ? `select sum(result::int)::int as n from run_command_on_all_nodes($$${count}$$)`
        : `select (${count})::int as n`,
    );
    return row?.n ?? 0;
  };
  const through = (url: string, as: Logins): LimitsDatabase => ({
    url,
    logins: as,
    pool: opens(as)({ max: 30 }),
    openPool: opens(as),
    throughWorker: () => through(worker, workerLogins),
    ask,
    waiting,
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
  });
  return through(database.url, logins);
}

/** The error that a promise rejects with; fails when it does not. */
export async function failure(promise: PromiseLike<unknown>) {
  return Promise.resolve(promise).then(
    (value) => {
      throw new Error(`expected an error, got ${JSON.stringify(value)}`);
    },
    (error) => error as Error & { code: string; details: Record<string, unknown> },
  );
}
