import { randomBytes } from 'node:crypto';
import type { PoolPlacements } from '@tenantry/core';
import type { World as BaseWorld } from '@tenantry/example-kit/demo';
import type { InvitationMessage } from '@tenantry/rbac';
import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import { startProxy } from '@tenantry/testing/proxy';
import pg from 'pg';
import Stripe from 'stripe';
import { createApp } from '../app.ts';
import { billing } from '../billing.ts';
import { type Database, type DatabaseUrls, openDatabase } from '../database.ts';
import { type Listening, listen } from '../http/listen.ts';
import { returnOriginsOf } from '../payments.ts';
import { type Person, type Seeded, seed } from '../seed.ts';
import { signToken } from '../session.ts';
import { addCarelessRoutes } from './careless.ts';
import { openFakeStripe, webhookSecret } from './fake-stripe.ts';
import type { PlacesDatabase } from './prepare.ts';

export const rootDomain = 'b2b.localhost';

/** The running application with its seeded database, as the steps of the demo use it. */
export interface World extends BaseWorld {
  readonly seeded: Seeded;
  /** The pool of the application, for what it does besides answering. */
  readonly pool: Database['pool'];
  readonly tokens: Readonly<Record<Person, string>>;
  /** The mails that the application has sent. */
  readonly mails: readonly InvitationMessage[];
  /** The Stripe of this process, in place of the real one. */
  readonly stripe: FakeStripe;
  /**
   * Asks as the owner, a superuser, past all policies: where an organization lives, by its id, or else in
   * every place, one after another; a row that several of them have is told once.
   */
  ask(query: string, values?: unknown[], of?: string): Promise<Record<string, unknown>[]>;
  /** How often the tenants' connections went to PostgreSQL and back while `fn` ran. */
  roundTrips(fn: () => Promise<unknown>): Promise<number>;
  /** The connection string of the tenants' login, by way of the counting proxy. */
  readonly countedUrl: string;
  /** Makes a further database, with the catalogue of places and no organization. */
  another(): Promise<PlacesDatabase>;
}

/** Places of organizations, beside the shared tables. */
export interface WorldPlaces {
  /** @param through gives connection strings by way of the counting proxy */
  placementsThrough(through: (url: string) => string): PoolPlacements;
  /** Gives the seeded organizations their places. */
  settle(seeded: Seeded): Promise<void>;
  /** How the owner connects to each of these places. */
  readonly adminUrls: readonly string[];
  /** The one where an organization lives; undefined for the shared tables. */
  adminUrlOf(organizationId: string): string | undefined;
}

/** What a world may have besides its database. */
export interface WorldOptions {
  readonly places?: WorldPlaces | undefined;
  readonly another?: World['another'];
}

const noOther = () => Promise.reject(new Error('There is no further database here.'));

/** Seeds a prepared database and serves the application, on this port or else on a free one. */
export async function openWorld(
  adminUrl: string,
  urls: DatabaseUrls,
  port: number,
  { places, another = noOther }: WorldOptions = {},
): Promise<World> {
  const { hostname, port: databasePort } = new URL(adminUrl);
  const proxy = await startProxy({
    target: { host: hostname, port: Number(databasePort || 5432) },
  });
  const countedUrl = proxy.url(urls.url);
  const database = openDatabase({
    url: countedUrl,
    systemUrl: urls.systemUrl,
    placements: places?.placementsThrough((url) => proxy.url(url)),
  });
  const admins = new Map<string, pg.Pool>();
  const adminOf = (url: string) => {
    const admin = admins.get(url) ?? new pg.Pool({ connectionString: url, max: 2 });
    admins.set(url, admin);
    return admin;
  };
  const secret = randomBytes(32).toString('base64url');
  const mails: InvitationMessage[] = [];
  const stripe = await openFakeStripe();
  const runtime = billing.connect(database.pool, {
    stripe: new Stripe('sk_test_demo', stripe.config),
    livemode: false,
    webhookSecrets: [webhookSecret],
    // and the names that are kept for examples
    returnOrigins: [...returnOriginsOf(rootDomain), 'https://*.example'],
  });
  const worker = runtime.start();
  let server: Listening | undefined;
  const close = async () => {
    await server?.close();
    await worker.stop();
    await stripe.close();
    await Promise.all([database.pool, ...admins.values()].map((pool) => pool.end()));
    await proxy.close();
  };
  try {
    const seeded = await seed(database);
    await places?.settle(seeded);
    const app = createApp({
      ...database,
      secret,
      rootDomain,
      billing: runtime,
      mailer: { sendInvitation: async (mail) => void mails.push(mail) },
      invitationUrl: (token) => `http://${rootDomain}/join#${token}`,
      // a demo sends more in a minute than a person
      http: { requestsPerMinute: 100_000 },
    });
    addCarelessRoutes(app, database);
    server = await listen(app, { port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return listen(app, { port: 0 });
      throw error;
    });
    stripe.sendEvents({
      to: `http://127.0.0.1:${server.port}/webhooks/stripe`,
      secret: webhookSecret,
    });
    return {
      port: server.port,
      stripe,
      seeded,
      pool: database.pool,
      mails,
      tokens: await tokensOf(seeded, secret),
      async ask(query, values, of) {
        const own = of === undefined ? undefined : (places?.adminUrlOf(of) ?? adminUrl);
        const asked = own === undefined ? [adminUrl, ...(places?.adminUrls ?? [])] : [own];
        const rows: Record<string, unknown>[] = [];
        for (const url of asked) {
          const known = new Set(rows.map((row) => JSON.stringify(row)));
          // several statements have a result each
          const results = [await adminOf(url).query(query, values)].flat();
          const found = results.flatMap((result) => result.rows);
          rows.push(...found.filter((row) => !known.has(JSON.stringify(row))));
        }
        return rows;
      },
      async roundTrips(fn) {
        await proxy.reset();
        await fn();
        return (await proxy.stats()).roundTrips;
      },
      countedUrl,
      another,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function tokensOf({ users }: Seeded, secret: string): Promise<Record<Person, string>> {
  const entries = Object.entries(users).map(async ([person, id]) => [
    person,
    await signToken(id, secret),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<Person, string>;
}
