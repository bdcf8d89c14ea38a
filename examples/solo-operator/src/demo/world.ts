import { randomBytes } from 'node:crypto';
import { openDatabase } from '../database.ts';
import { prepareDatabase } from '../prepare.ts';
import { type Seeded, seed } from '../seed/index.ts';
import type { PersonKey } from '../seed/stories.ts';
import { signSession } from '../session.ts';
import { readWrappingKeys } from '../vault/wrapping-keys.ts';
import { openFakeStripe, webhookSecret } from './fake-stripe.ts';
import { serve } from './serve.ts';
import { type Visitor, visitor } from './visitor.ts';

/** The application on a database of its own, with the three businesses of the seed. */
export interface World {
  readonly port: number;
  readonly seeded: Seeded;
  /** How the application connects, which the operator's command needs too. */
  readonly environment: Readonly<Record<string, string>>;
  /** Somebody who is signed in, or nobody. */
  as(person?: PersonKey): Visitor;
  close(): Promise<void>;
}

/** Migrates and fills an empty database, and serves the application on it. */
export async function openWorld(adminUrl: string, password: string, port: number): Promise<World> {
  const urls = await prepareDatabase(adminUrl, password);
  const VAULT_KEYS = randomBytes(32).toString('base64');
  const database = openDatabase(urls);
  const seeded = await seed(database, readWrappingKeys(VAULT_KEYS)).finally(() =>
    database.pool.end(),
  );
  // events arrive as they happen, as those of Stripe do
  const stripe = await openFakeStripe({ delivery: 'at-once' });
  const environment = {
    DATABASE_URL: urls.url,
    DATABASE_URL_SYSTEM: urls.systemUrl,
    SESSION_SECRET: randomBytes(32).toString('base64url'),
    VAULT_KEYS,
    STRIPE_API: stripe.url,
    STRIPE_SECRET_KEY: 'sk_test_demo',
    STRIPE_WEBHOOK_SECRETS: webhookSecret,
  };
  const served = await serve(environment, port);
  stripe.sendEvents({
    to: `http://127.0.0.1:${served.port}/webhooks/stripe`,
    secret: webhookSecret,
  });
  return {
    ...served,
    close: () => served.close().finally(() => stripe.close()),
    seeded,
    environment,
    as: (person) =>
      visitor(served.port, person && signSession(seeded.users[person], environment.SESSION_SECRET)),
  };
}
