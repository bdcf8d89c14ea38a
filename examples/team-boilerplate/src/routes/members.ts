import { guard } from '@tenantry/core/express';
import { asc, eq, gt, sql } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { builtInRoles, memberRoles, memberships, roles, users } from '../schema/index.ts';
import { isId, pageQuery, readBody, readQuery, text, toPage } from '../validation.ts';

const newRole = z.strictObject({
  role: text(63),
  /** For one project alone. */
  project: z.guid().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
const whichRole = newRole.pick({ project: true });
const heir = z.strictObject({ userId: z.guid(), keep: text(63).default('member') });
const forProject = (id: string | undefined) =>
  id === undefined ? {} : { on: { type: 'projects', id } };

const rolesOfMember = sql<string[]>`array(
  select coalesce(${builtInRoles.key}, ${roles.key}) from ${memberRoles}
  left join ${builtInRoles} on ${builtInRoles.id} = ${memberRoles.builtInRoleId}
  left join ${roles} on ${roles.id} = ${memberRoles.ownRoleId}
  where ${memberRoles.userId} = ${memberships.userId} and ${memberRoles.resourceType} is null
  order by 1)`;

/** The members of the organization and their roles. */
export function memberRoutes({ db, pool }: Database): Router {
  const routes = Router();

  routes.get('/', async (request, response) => {
    const { after, limit } = readQuery(request, pageQuery);
    const rows = await listMembers({ db }, { after, limit: limit + 1 });
    response.json(toPage(rows, limit, ({ email }) => email));
  });

  routes.post('/transfer-ownership', async (request, response) => {
    const { userId, keep } = readBody(request, heir);
    response.json(await rbac.members.transferOwnership(pool, { user: userId, keep }));
  });

  routes.param('id', (_request, _response, next, id) =>
    next(isId(id) ? undefined : notFound('member')),
  );

  // everybody may leave; to remove another one needs the permission
  routes.delete('/:id', async ({ params: { id: user } }, response) => {
    if (user === rbac.snapshot().user) await rbac.members.leave(pool);
    else await rbac.members.remove(pool, { user });
    response.sendStatus(204);
  });

  routes.post('/:id/roles', guard(rbac.requires('members:assign')), async (request, response) => {
    const { id: user } = request.params;
    const { role, project, expiresAt } = readBody(request, newRole);
    const changed = await rbac.members.assign(pool, {
      user,
      role,
      ...forProject(project),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
    });
    response.status(201).json(changed);
  });

  routes.delete(
    '/:id/roles/:role',
    guard(rbac.requires('members:assign')),
    async (request, response) => {
      const { id: user, role } = request.params;
      const { project } = readQuery(request, whichRole);
      response.json(await rbac.members.unassign(pool, { user, role, ...forProject(project) }));
    },
  );

  return routes;
}

/** Members with the roles that they have in the whole organization, in the order of their addresses. */
export const listMembers = (
  { db }: Pick<Database, 'db'>,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
) =>
  db
    .select({ userId: users.id, email: users.email, name: users.name, roles: rolesOfMember })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(after === undefined ? undefined : gt(users.email, after))
    .orderBy(asc(users.email))
    .limit(limit);
