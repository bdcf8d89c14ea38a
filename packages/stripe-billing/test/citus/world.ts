import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool } from '@tenantry/core';
import type { BillingConnectOptions } from '@tenantry/stripe-billing';
import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { application } from './application.ts';

const { billing, tenancy, schema, directory, features } = application;

export const secret = 'whsec_test';

/** Nodes to which the pool connects its two roles. */
export interface Entries {
  readonly app?: 'coordinator' | 'worker';
  readonly system?: 'coordinator' | 'worker';
}

/** A database of the application on a cluster. */
export async function openWorld() {
  const database = await createCitusDatabase({
    migrate: (url) => applySchema(url, { tenancy, schema, directory, features }),
  });
  const { url, workers } = database;
  const logins = await createLogins(url, tenancy);
  const admin = new pg.Pool({ connectionString: url, max: 4 });
  const ends: (() => Promise<unknown>)[] = [() => database.drop(), () => admin.end()];
  const ask = async <R = Record<string, unknown>>(sql: string, values?: unknown[]) =>
    (await admin.query(sql, values)).rows as R[];
  const at = (login: string, node: 'coordinator' | 'worker' = 'coordinator') =>
    node === 'coordinator'
      ? login
      : Object.assign(new URL(login), { host: new URL(workers[0] as string).host }).href;
  const openPool = ({ app, system }: Entries = {}): TenantPool<typeof tenancy> => {
    const pool = createTenantPool(tenancy, {
      connectionString: at(logins.app, app),
      system: { connectionString: at(logins.system, system), max: 12 },
      max: 20,
    });
    ends.push(() => pool.end());
    return pool;
  };
  const pool = openPool();
  const accounts = new Map<FakeStripe, string>();
  return {
    url,
    workers,
    logins,
    ask,
    openPool,
    pool,
    /** The name of the account, so that no test works on what another one has left. */
    accountOf: (fake: FakeStripe) => accounts.get(fake) as string,
    /** Rolls back what a node of a tenant has open just now, as a crash of it does. */
    async crashNodeOf(tenant: string) {
      await ask(
        `select run_command_on_workers($$ select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and state = 'idle in transaction' $$)
         from organizations where id = $1`,
        [tenant],
      );
    },
    /** Runs `fn` while a worker takes no connection to this database. */
    async away(port: number, fn: () => Promise<void>) {
      const url = workers.find((each) => new URL(each).port === String(port)) as string;
      const name = new URL(url).pathname.slice(1);
      const beside = Object.assign(new URL(url), { pathname: '/postgres' }).href;
      await withClient(beside, async (client) => {
        await client.query(`alter database "${name}" allow_connections false`);
        try {
          await client.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
            [name],
          );
          await fn();
        } finally {
          await client.query(`alter database "${name}" allow_connections true`);
        }
      });
    },
    async stripe(options: Parameters<typeof startFakeStripe>[0] = {}): Promise<FakeStripe> {
      const account = `acct_${accounts.size + 1}`;
      const fake = await startFakeStripe({ startAt: 1_767_225_600, account, ...options });
      accounts.set(fake, account);
      ends.push(() => fake.close());
      for (const lookup_key of ['pro_monthly', 'seat_monthly']) {
        fake.call('POST /v1/prices', {
          lookup_key,
          unit_amount: 2900,
          currency: 'usd',
          product_data: { name: lookup_key },
          recurring: { interval: 'month' },
        });
      }
      return fake;
    },
    connect(
      fake: FakeStripe,
      options: Partial<BillingConnectOptions<'organizationId'>> = {},
      of = pool,
    ) {
      return billing.connect(of, {
        stripe: new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 }),
        livemode: false,
        account: accounts.get(fake) as string,
        webhookSecrets: [secret],
        burstMs: 0,
        retryMs: 1,
        clock: () => new Date(fake.now() * 1000),
        onAlert: () => {},
        logger: { warn() {}, error() {} },
        ...options,
      });
    },
    async organization(): Promise<string> {
      const id = randomUUID();
      await ask('insert into organizations (id) values ($1)', [id]);
      return id;
    },
    in: <R>(tenant: string, fn: () => Promise<R>) => tenancy.run(tenant, fn),
    system: <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn),
    async end() {
      for (const end of ends.reverse()) await end();
    },
  };
}

export type CitusWorld = Awaited<ReturnType<typeof openWorld>>;

/** Tests on a cluster, skipped without one; they share a database. */
export function onCitus(what: string, tests: (world: () => CitusWorld) => void): void {
  describe.skipIf(citusUrl() === undefined)(`on Citus, ${what}`, () => {
    let world: CitusWorld | undefined;
    beforeAll(async () => {
      world = await openWorld();
    });
    afterAll(() => world?.end());
    test('there is a cluster', () => {});
    tests(() => world as CitusWorld);
  });
}

/** A subscription of what is sold by the lookup key. */
export function subscribe(fake: FakeStripe, customer: string, ...keys: readonly string[]): string {
  const { data } = fake.call<{ data: { lookup_key: string; id: string }[] }>('GET /v1/prices', {
    limit: 100,
  });
  const items = (keys.length === 0 ? ['pro_monthly'] : keys).map((key) => ({
    price: data.find(({ lookup_key }) => lookup_key === key)?.id,
  }));
  return fake.call('POST /v1/subscriptions', { customer, items }).id;
}
