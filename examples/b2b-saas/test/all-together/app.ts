import type { TenantPool } from '@tenantry/core';
import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { startUpkeep } from '@tenantry/rls/upkeep';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Hono } from 'hono';
import type Stripe from 'stripe';
import { audit, billing, limits, rbac } from './definitions.ts';
import { projects } from './schema.ts';

export function createApp(pool: TenantPool, stripe: Stripe, webhookSecret: string) {
  const db = drizzle(pool);
  const payments = billing.connect(pool, {
    stripe,
    livemode: false,
    webhookSecrets: [webhookSecret],
    returnOrigins: ['https://acme.example'],
  });
  const app = new Hono();
  app.post('/webhooks/stripe', (c) => payments.webhook(c.req.raw));
  app.use(
    '/api/*',
    tenantMiddleware(pool, {
      resolve: header('x-organization', { by: 'slug' }),
      user: (c) => c.req.header('x-user') ?? null, // put your session in its place
    }),
    guard(limits.consumes('apiCalls')),
  );
  app.post('/api/projects', guard(rbac.requires('projects:create')), async (c) => {
    const { name } = await c.req.json<{ name: string }>();
    // the row, its limit, its captured change and this entry: one transaction
    const project = await db.transaction(async (tx) => {
      const [made] = await tx.insert(projects).values({ name }).returning();
      await audit.log(tx, 'project.created', {
        resource: ['project', made?.id ?? null],
        metadata: { name },
      });
      return made;
    });
    return c.json(project, 201);
  });
  app.get('/api/saml', guard(limits.requires('sso')), (c) => c.text('on this plan'));
  app.post('/api/checkout', guard(rbac.requires('billing:manage')), async (c) =>
    c.json(
      await payments.checkout({
        plan: 'pro',
        interval: 'monthly',
        successUrl: 'https://acme.example/paid',
        cancelUrl: 'https://acme.example/plans',
      }),
    ),
  );

  /** What runs beside the requests: webhooks, seals, retention. Every process may start it. */
  const start = () => {
    const running = [
      payments.start(),
      startUpkeep(pool, { features: [rbac, limits, audit, billing] }),
    ];
    return { stop: () => Promise.all(running.map((each) => each.stop())) };
  };
  return { app, payments, start };
}
