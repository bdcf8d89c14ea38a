import { guard } from '@tenantry/core/express';
import { eq } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { roles } from '../schema/index.ts';
import { readBody, readQuery, text } from '../validation.ts';

// the database knows the wildcards and refuses what it does not know
const patterns = z.array(text(130)).max(200) as z.ZodType<RoleBody['permissions']>;
type RoleBody = Parameters<typeof rbac.roles.save>[1];

const role = z.strictObject({
  name: text(100).trim().min(1),
  parent: text(63).nullable().default(null),
  permissions: patterns,
});
const choice = z.strictObject({ isDefault: z.boolean() });
const whose = z.strictObject({ user: z.guid().optional() });

/** A role editor: the roles of the organization, what each grants, and what a change would do. */
export function roleRoutes({ db, pool }: Database): Router {
  const routes = Router();
  const manages = guard(rbac.requires('roles:manage'));

  routes.get('/', async (_request, response) => {
    response.json({
      items: await rbac.roles.list(pool),
      permissions: rbac.definition.permissions,
    });
  });

  routes.put('/:key', manages, async (request, response) => {
    const { key } = request.params;
    response.json(await rbac.roles.save(pool, { key, ...readBody(request, role) }));
  });

  // the role of invitations that name none
  routes.patch('/:key', manages, async (request, response) => {
    const { key } = request.params;
    const { isDefault } = readBody(request, choice);
    const changed = await db.transaction(async (tx) => {
      if (isDefault)
        await tx.update(roles).set({ isDefault: false }).where(eq(roles.isDefault, true));
      return tx.update(roles).set({ isDefault }).where(eq(roles.key, key)).returning();
    });
    if (changed.length === 0) throw notFound('role');
    response.json({ key, isDefault });
  });

  routes.post('/:key/preview', manages, async (request, response) => {
    const { key } = request.params;
    const { permissions, parent } = readBody(request, role);
    const effects = await rbac.roles.preview(pool, { role: key, permissions, parent });
    response.json({ effects });
  });

  routes.delete('/:key', manages, async (request, response) => {
    const { key } = request.params;
    await rbac.roles.remove(pool, { key });
    response.sendStatus(204);
  });

  return routes;
}

/** What I may do, for the user interface, and why somebody may or may not. */
export function permissionRoutes({ pool }: Pick<Database, 'pool'>): Router {
  const routes = Router();

  routes.get('/', (_request, response) => {
    response.json(rbac.snapshot());
  });

  routes.get('/:permission', async (request, response) => {
    const { user } = readQuery(request, whose);
    const permission = request.params.permission as (typeof rbac.permissions)[number];
    response.json(await rbac.explain(pool, permission, { ...(user !== undefined && { user }) }));
  });

  return routes;
}
