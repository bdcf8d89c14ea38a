import { startUpkeep } from '@tenantry/rls/upkeep';
import { createApp } from './app.ts';
import { audit } from './audit.ts';
import { billing } from './billing.ts';
import { openDatabase } from './database.ts';
import { list, required } from './environment.ts';
import { type Listening, listen } from './http/listen.ts';
import { limits } from './limits.ts';
import { openPayments } from './payments.ts';
import { rbac } from './rbac.ts';

const database = openDatabase({
  url: required('DATABASE_URL'),
  systemUrl: required('SYSTEM_DATABASE_URL'),
});
const rootDomain = process.env.ROOT_DOMAIN ?? 'b2b.localhost';
const payments = openPayments(database);
let server: Listening | undefined;
const app = createApp({
  ...database,
  billing: payments,
  // put your mail service here; the token stands behind a #, which no server logs
  mailer: { sendInvitation: async ({ to, url }) => console.log(`to ${to}: ${url}`) },
  invitationUrl: (token) => `https://${rootDomain}/join#${token}`,
  secret: required('SESSION_SECRET'),
  rootDomain,
  http: {
    allowedOrigins: list('ALLOWED_ORIGINS'),
    trustedProxies: Number(process.env.TRUSTED_PROXIES ?? 0),
    log: (line) => console.log(JSON.stringify(line)),
    isDraining: () => server?.isDraining() ?? false,
  },
});
server = await listen(app, {
  port: Number(process.env.PORT ?? 3000),
  host: process.env.HOST ?? '127.0.0.1',
});
// seals of the audit log, retention, expired reservations
const upkeep = startUpkeep(database.pool, { features: [rbac, limits, audit, billing] });
// what webhooks and checkouts queue, fetched from Stripe
const syncs = payments?.start();
console.log(`b2b-saas answers on port ${server.port}`);

// A query that nobody awaits is cancelled with its request, which answers 500; its own promise then
// rejects with nobody listening, and must not end the process for everybody else.
process.on('unhandledRejection', (reason) => console.error(reason));

// A second signal ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server?.close();
    await upkeep.stop();
    await syncs?.stop();
    await database.pool.end();
  });
}
