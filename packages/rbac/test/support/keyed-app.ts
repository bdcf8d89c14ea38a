import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Hono } from 'hono';
import { rbac, rbacWorld, tenancy } from './world.ts';

/** An application that takes keys and sessions, on a database of one file. */
export async function keyedApp() {
  const table = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
    ...rbac.tables.apiKeys.rules(t, { read: 'roles:manage', write: 'roles:manage' }),
  ]);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [...rbac.isolate(t, { read: 'projects:read', write: 'projects:create' })],
  );
  const world = await rbacWorld({}, { apiKeys: table, projects });
  const { pool, as } = world;
  const keys = apiKeys(rbac, { prefix: 'acme' });

  const app = new Hono();
  app.use(
    '/*',
    tenantMiddleware(pool, {
      resolve: [keys.resolver, header('x-organization')],
      user: [keys.user(pool), (c) => c.req.header('x-user')],
    }),
  );
  app.get('/who', (c) => c.json({ can: rbac.can('projects:read'), snapshot: rbac.snapshot() }));
  app.get('/guarded', guard(rbac.requires('projects:create')), (c) => c.text('made'));
  app.get('/rows', async (c) => {
    const { rows } = await pool.query('select name from projects');
    return c.json(rows.map(({ name }) => name));
  });

  const get = (path: string, key: string | undefined, headers: Record<string, string> = {}) =>
    app.request(path, {
      headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers },
    });
  const make = (
    org: { id: string; owner: string },
    permissions: Parameters<typeof keys.create>[1]['permissions'] = ['projects:read'],
    more: { expiresAt?: Date } = {},
  ) => as(org.owner, org.id, () => keys.create(pool, { name: 'CI', permissions, ...more }));
  const statusOf = async (key: string) => (await get('/who', key)).status;
  return { ...world, keys, get, make, statusOf };
}
