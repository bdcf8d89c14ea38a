import { guard } from '@tenantry/core/hono';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { rbac } from '../rbac.ts';
import type { ApiEnv } from '../session.ts';
import { readBody, readQuery, text } from '../validation.ts';

// the database knows the wildcards and refuses what it does not know
const patterns = z.array(text(130)).max(200) as z.ZodType<RoleBody['permissions']>;
type RoleBody = Parameters<typeof rbac.roles.save>[1];

export const role = z.strictObject({
  name: text(100).trim().min(1),
  parent: text(63).nullable().default(null),
  permissions: patterns,
});
export const whoseQuery = z.strictObject({
  user: z.guid().optional(),
  project: z.guid().optional(),
});

/** A role editor: the roles of the organization, what each grants, and what a change would do. */
export function roleRoutes({ pool }: Database) {
  const routes = new Hono<ApiEnv>();
  const manages = guard(rbac.requires('roles:manage'));

  routes.get('/', async (c) =>
    c.json({ items: await rbac.roles.list(pool), permissions: rbac.definition.permissions }),
  );

  routes.put('/:key', manages, async (c) => {
    const body = await readBody(c, role);
    return c.json(await rbac.roles.save(pool, { key: c.req.param('key'), ...body }));
  });

  routes.post('/:key/preview', manages, async (c) => {
    const { permissions, parent } = await readBody(c, role);
    const change = { role: c.req.param('key'), permissions, parent };
    return c.json({ effects: await rbac.roles.preview(pool, change) });
  });

  routes.delete('/:key', manages, async (c) => {
    await rbac.roles.remove(pool, { key: c.req.param('key') });
    return c.body(null, 204);
  });

  return routes;
}

/** What I may do, for the user interface, and why somebody may or may not. */
export function permissionRoutes({ pool }: Database) {
  const routes = new Hono<ApiEnv>();

  routes.get('/', (c) => c.json(rbac.snapshot()));

  routes.get('/:permission', async (c) => {
    const { user, project } = readQuery(c, whoseQuery);
    const permission = c.req.param('permission') as (typeof rbac.permissions)[number];
    return c.json(
      await rbac.explain(pool, permission, {
        ...(user !== undefined && { user }),
        ...(project !== undefined && { of: { id: project, resource: 'projects' } }),
      }),
    );
  });

  return routes;
}
