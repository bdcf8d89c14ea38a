import Stripe from 'stripe';
import { billing } from '../src/billing.ts';
import { pool } from './db.ts';

const connect = (key: string) => {
  const api = process.env.STRIPE_API === undefined ? undefined : new URL(process.env.STRIPE_API);
  return billing.connect(pool, {
    stripe: new Stripe(
      key,
      // the fake of the demo and of the tests; without it the real one
      api && { host: api.hostname, port: Number(api.port), protocol: 'http' },
    ),
    livemode: /^[sr]k_live_/.test(key),
    // two of them while one is rotated
    webhookSecrets: (process.env.STRIPE_WEBHOOK_SECRETS ?? '').split(','),
    returnOrigins: [origin()],
  });
};

let connected: ReturnType<typeof connect> | undefined;

/** Billing with the Stripe of the environment; without a key nothing is on sale. */
export const payments = () => {
  const key = process.env.STRIPE_SECRET_KEY;
  if (key) connected ??= connect(key);
  return connected;
};

/** Where this application is, for the way back from Stripe. */
export const origin = (): string => process.env.ORIGIN ?? 'http://localhost:3000';
