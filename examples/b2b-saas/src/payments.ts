import Stripe from 'stripe';
import { type BillingRuntime, billing } from './billing.ts';
import type { Database } from './database.ts';
import { required } from './environment.ts';

/** Billing with the Stripe of the environment; without a key there are no payments. */
export function openPayments({ pool }: Database): BillingRuntime | undefined {
  const key = process.env.STRIPE_SECRET_KEY;
  if (key === undefined || key === '') return undefined;
  return billing.connect(pool, {
    stripe: new Stripe(key),
    livemode: /^[sr]k_live_/.test(key),
    // two of them while one is rotated
    webhookSecrets: required('STRIPE_WEBHOOK_SECRETS').split(','),
    returnOrigins: returnOriginsOf(process.env.ROOT_DOMAIN ?? 'b2b.localhost'),
  });
}

/**
 * Where checkout and portal may send customers back to: this application, whose organizations have a
 * subdomain each. RETURN_ORIGINS names others, such as a port in development.
 */
export function returnOriginsOf(rootDomain: string): readonly string[] {
  const own = ['https', 'http'].flatMap((scheme) => [
    `${scheme}://${rootDomain}`,
    `${scheme}://*.${rootDomain}`,
  ]);
  const others = (process.env.RETURN_ORIGINS ?? '').split(',').filter((each) => each !== '');
  return [...own, ...others];
}
