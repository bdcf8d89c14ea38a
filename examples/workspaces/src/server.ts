import { startUpkeep } from '@tenantry/rls/upkeep';
import Stripe from 'stripe';
import { createApp } from './app.ts';
import { audit } from './audit.ts';
import { billing } from './billing.ts';
import { openDatabase } from './database.ts';
import { required } from './environment.ts';
import { limits } from './limits.ts';
import { rbac } from './rbac.ts';

const database = openDatabase({
  url: required('DATABASE_URL'),
  systemUrl: required('SYSTEM_DATABASE_URL'),
});
const rootDomain = process.env.ROOT_DOMAIN ?? 'docs.localhost';

const key = process.env.STRIPE_SECRET_KEY ?? '';
const payments =
  key === ''
    ? undefined
    : billing.connect(database.pool, {
        stripe: new Stripe(key),
        livemode: /^[sr]k_live_/.test(key),
        webhookSecrets: required('STRIPE_WEBHOOK_SECRETS').split(','),
        returnOrigins: [`https://${rootDomain}`, `https://*.${rootDomain}`],
      });

const app = createApp({
  ...database,
  secret: required('SESSION_SECRET'),
  rootDomain,
  billing: payments,
  variant: process.env.VARIANT === 'lite' ? 'lite' : 'workspaces',
  server: { logger: true },
});
await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '127.0.0.1' });
// seals of the audit log, retention, expired reservations
const upkeep = startUpkeep(database.pool, { features: [rbac, limits, audit, billing] });
// what webhooks and checkouts queue, fetched from Stripe
const syncs = payments?.start();

// A query that nobody awaits is cancelled with its request, which answers 500; its own promise then
// rejects with nobody listening, and must not end the process for everybody else.
process.on('unhandledRejection', (reason) => app.log.error(reason));

// A second signal ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await app.close();
    await upkeep.stop();
    await syncs?.stop();
    await database.pool.end();
  });
}
