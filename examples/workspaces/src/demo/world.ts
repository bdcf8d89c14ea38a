import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { World as BaseWorld } from '@tenantry/example-kit/demo';
import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import pg from 'pg';
import Stripe from 'stripe';
import { createApp } from '../app.ts';
import { billing } from '../billing.ts';
import { type Database, type DatabaseUrls, openDatabase } from '../database.ts';
import { type Customer, type Seeded, seed } from '../seed.ts';
import { signToken } from '../session.ts';
import { openFakeStripe, webhookSecret } from './fake-stripe.ts';

export const rootDomain = 'docs.localhost';

/** The running application with its seeded database. */
export interface World extends BaseWorld, Database {
  readonly seeded: Seeded;
  /** The Stripe of this process, in place of the real one. */
  readonly stripe: FakeStripe;
  /** A session of a person: `tokenOf('northwind/tom')`. */
  tokenOf(person: string): string;
  /** Runs work as a person of a customer, past the routes, as a request does. */
  as<T>(customer: Customer, person: string, work: () => Promise<T>): Promise<T>;
  /** Asks the database as its owner, a superuser, past all policies. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of any shape, which the claims look into
  ask(query: string, values?: unknown[]): Promise<any[]>;
}

/** Seeds a prepared database and serves the application, on this port or else on a free one. */
export async function openWorld(
  adminUrl: string,
  urls: DatabaseUrls,
  port: number,
): Promise<World> {
  const database = openDatabase(urls);
  const admin = new pg.Pool({ connectionString: adminUrl, max: 2 });
  const secret = randomBytes(32).toString('base64url');
  const stripe = await openFakeStripe();
  const runtime = billing.connect(database.pool, {
    stripe: new Stripe('sk_test_demo', stripe.config),
    livemode: false,
    webhookSecrets: [webhookSecret],
    returnOrigins: [`http://*.${rootDomain}`],
  });
  const worker = runtime.start();
  const app = createApp({ ...database, secret, rootDomain, billing: runtime });
  const close = async () => {
    await app.close();
    await worker.stop();
    await stripe.close();
    await Promise.all([database.pool.end(), admin.end()]);
  };
  try {
    const seeded = await seed(database);
    const tokens = await tokensOf(seeded, secret);
    await app.listen({ port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return app.listen({ port: 0 });
      throw error;
    });
    const address = app.server.address() as AddressInfo;
    stripe.sendEvents({
      to: `http://127.0.0.1:${address.port}/webhooks/stripe`,
      secret: webhookSecret,
    });
    return {
      ...database,
      port: address.port,
      seeded,
      stripe,
      tokenOf: (person) => tokens.get(person) ?? '',
      as: (customer, person, work) =>
        database.pool.enter(
          {
            claim: { by: 'id', value: seeded.tenants[customer] },
            user: seeded.users[customer][person] as string,
          },
          work,
        ),
      ask: async (query, values) => (await admin.query(query, values)).rows,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function tokensOf({ users }: Seeded, secret: string): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const [customer, people] of Object.entries(users)) {
    for (const [person, id] of Object.entries(people)) {
      tokens.set(`${customer}/${person}`, await signToken(id, secret));
    }
  }
  return tokens;
}
