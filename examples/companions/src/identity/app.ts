import { type TenantMiddlewareOptions, tenantMiddleware } from '@tenantry/core/hono';
import { Hono } from 'hono';
import type { Database } from './database.ts';
import { projects, users } from './schema.ts';
import { tenancy } from './tenancy.ts';
import { type Source, webhook } from './webhook.ts';

/** How requests name their tenant and their user, and where the webhooks come from. */
export interface Identity extends Pick<TenantMiddlewareOptions, 'resolve'> {
  readonly user: NonNullable<TenantMiddlewareOptions['user']>;
  readonly source: Source;
}

export function createApp(database: Database, { resolve, user, source }: Identity) {
  const { pool, db } = database;
  const app = new Hono();
  const receive = webhook(database, source);
  app.post('/webhooks/identity', (c) => receive(c.req.raw));

  app.use('/api/*', tenantMiddleware(pool, { resolve, user }));
  app.get('/api/me', (c) => c.json(tenancy.current()));
  app.get('/api/people', async (c) => c.json(await db.select().from(users)));
  app.get('/api/projects', async (c) => c.json(await db.select().from(projects)));
  app.post('/api/projects', async (c) => {
    const { name } = await c.req.json();
    return c.json(await db.insert(projects).values({ name }).returning(), 201);
  });
  return app;
}
