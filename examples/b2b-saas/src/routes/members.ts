import { guard } from '@tenantry/core/hono';
import { asc, eq, gt, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { builtInRoles, memberRoles, memberships, roles, users } from '../schema.ts';
import type { ApiEnv } from '../session.ts';
import { isId, readBody, readQuery, text } from '../validation.ts';

export const newRole = z.strictObject({
  role: text(63),
  project: z.guid().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export const whichRole = newRole.pick({ project: true });
const forProject = (id: string | undefined) =>
  id === undefined ? {} : { on: { type: 'projects', id } };
export const heir = z.strictObject({ userId: z.guid(), keep: text(63).default('admin') });

const rolesOfMember = sql<string[]>`array(
  select coalesce(${builtInRoles.key}, ${roles.key}) from ${memberRoles}
  left join ${builtInRoles} on ${builtInRoles.id} = ${memberRoles.builtInRoleId}
  left join ${roles} on ${roles.id} = ${memberRoles.ownRoleId}
  where ${memberRoles.userId} = ${memberships.userId} and ${memberRoles.resourceType} is null
  order by 1)`;

/** The members of the organization and their roles. */
export function memberRoutes({ db, pool }: Database) {
  const routes = new Hono<ApiEnv>();

  routes.get('/', async (c) => {
    const { after, limit } = readQuery(c, pageQuery);
    const rows = await db
      .select({
        userId: users.id,
        email: users.email,
        name: users.name,
        roles: rolesOfMember,
        joinedAt: memberships.joinedAt,
      })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(after === undefined ? undefined : gt(users.email, after))
      .orderBy(asc(users.email))
      .limit(limit + 1);
    return c.json(toPage(rows, limit, (member) => member.email));
  });

  routes.post('/transfer-ownership', async (c) => {
    const { userId, keep } = await readBody(c, heir);
    return c.json(await rbac.members.transferOwnership(pool, { user: userId, keep }));
  });

  routes.use('/:id', async (c, next) => {
    if (!isId(c.req.param('id'))) throw notFound('member');
    await next();
  });

  // everybody may leave; to remove another one needs the permission
  routes.delete('/:id', async (c) => {
    const user = c.req.param('id');
    if (user === c.var.userId) await rbac.members.leave(pool);
    else await rbac.members.remove(pool, { user });
    return c.body(null, 204);
  });

  routes.post('/:id/roles', guard(rbac.requires('members:assign')), async (c) => {
    const { role, project, expiresAt } = await readBody(c, newRole);
    const changed = await rbac.members.assign(pool, {
      user: c.req.param('id'),
      role,
      ...forProject(project),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
    });
    return c.json(changed, 201);
  });

  routes.delete('/:id/roles/:role', guard(rbac.requires('members:assign')), async (c) => {
    const { id: user, role } = c.req.param();
    const { project } = readQuery(c, whichRole);
    return c.json(await rbac.members.unassign(pool, { user, role, ...forProject(project) }));
  });

  return routes;
}
