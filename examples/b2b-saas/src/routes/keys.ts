import { Hono } from 'hono';
import { z } from 'zod';
import { keys } from '../api-keys.ts';
import type { Database } from '../database.ts';
import { pageQuery } from '../paging.ts';
import { rbac } from '../rbac.ts';
import type { ApiEnv } from '../session.ts';
import { readBody, readQuery, text } from '../validation.ts';

export const newKey = z.strictObject({
  name: text(100).trim().min(1),
  permissions: z.array(z.enum(rbac.permissions as [string, ...string[]])).max(50),
  expiresAt: z.iso.datetime().optional(),
});

/** Keys of the organization for its scripts. A secret is in the answer that makes it, and nowhere else. */
export function keyRoutes({ pool }: Database) {
  const routes = new Hono<ApiEnv>();

  routes.get('/', async (c) => {
    const { after = null, limit } = readQuery(c, pageQuery);
    return c.json(await keys.list(pool, { after, limit }));
  });

  routes.post('/', async (c) => {
    const { name, permissions, expiresAt } = await readBody(c, newKey);
    const made = await keys.create(pool, {
      name,
      permissions: permissions as (typeof rbac.permissions)[number][],
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
    });
    return c.json(made, 201);
  });

  routes.post('/:id/rotate', async (c) =>
    c.json(await keys.rotate(pool, { id: c.req.param('id') })),
  );

  routes.delete('/:id', async (c) => {
    await keys.revoke(pool, { id: c.req.param('id') });
    return c.body(null, 204);
  });

  return routes;
}
