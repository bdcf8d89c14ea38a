import { and, asc, eq, isNull, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { inWorkspace, may } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { rbac } from '../rbac.ts';
import { builtInRoles, memberRoles, memberships, roles, users } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import { type Api, text } from '../validation.ts';
import { findWorkspace } from './workspaces.ts';

const member = z.strictObject({ user: z.guid() });
const roleOfMember = member.extend({ role: text(63) });
const roleInWorkspace = roleOfMember.extend(inWorkspace.shape);
const newMember = z.strictObject({
  email: z.email().max(320).toLowerCase(),
  displayName: text(100).trim().min(1),
});

const roleKey = sql<string>`coalesce(${builtInRoles.key}, ${roles.key})`;

/** The people of the tenant, and their roles for it. */
export function memberRoutes(api: Api, { db, pool }: Database): void {
  api.get('/me', async () => rbac.snapshot());

  api.get('/members', { schema: { querystring: pageQuery } }, async ({ query }) => {
    const rows = await db
      .select({ id: users.id, email: users.email, displayName: users.displayName })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(behind(users.email, users.id, query.after))
      .orderBy(asc(users.email), asc(users.id))
      .limit(query.limit + 1);
    return toPage(rows, query.limit, ({ email }) => email);
  });

  // A tenant reads its users and writes none: an account is more than a row of a tenant. The new member has
  // no role, so the step across tenants gives nothing away; a role comes from the routes below.
  api.post(
    '/members',
    { schema: { body: newMember }, preHandler: may('members:invite') },
    async ({ body, userId }, reply) => {
      const { tenantId } = tenancy.current();
      const entry = { reason: 'add a member for an administrator', actor: userId, write: true };
      const user = await tenancy.asSystem(entry, () =>
        db.transaction(async (tx) => {
          const [made] = await tx
            .insert(users)
            .values({ ...body, tenantId })
            .returning();
          if (made === undefined) throw new Error('the insert returned no row');
          await rbac.members.add(tx, { tenantId, user: made.id });
          return made;
        }),
      );
      const { id, email, displayName } = user;
      return reply.code(201).send({ id, email, displayName });
    },
  );

  // everybody may leave; to remove another one needs the permission
  api.delete(
    '/members/:user',
    { schema: { params: member } },
    async ({ params, userId }, reply) => {
      if (params.user === userId) await rbac.members.leave(pool);
      else await rbac.members.remove(pool, params);
      return reply.code(204).send();
    },
  );

  api.put(
    '/members/:user/roles/:role',
    { schema: { params: roleOfMember }, preHandler: may('members:assign') },
    async ({ params }) => rbac.members.assign(pool, params),
  );

  api.delete(
    '/members/:user/roles/:role',
    { schema: { params: roleOfMember }, preHandler: may('members:assign') },
    async ({ params }) => rbac.members.unassign(pool, params),
  );
}

/** Who works in a workspace, by a role for it or for the whole tenant; and the roles for it. */
export function workspaceMemberRoutes(api: Api, database: Database): void {
  const { db, pool } = database;

  api.get(
    '/workspaces/:workspace/members',
    { schema: { params: inWorkspace, querystring: pageQuery } },
    async ({ params, query }) => {
      await findWorkspace(database, params.workspace);
      const rows = await db
        .select({
          id: memberRoles.id,
          userId: users.id,
          email: users.email,
          displayName: users.displayName,
          role: roleKey,
          scope: sql<string>`coalesce(${memberRoles.resourceType}, 'tenant')`,
        })
        .from(memberRoles)
        .innerJoin(users, eq(users.id, memberRoles.userId))
        .leftJoin(builtInRoles, eq(builtInRoles.id, memberRoles.builtInRoleId))
        .leftJoin(roles, eq(roles.id, memberRoles.ownRoleId))
        .where(
          and(
            or(
              isNull(memberRoles.resourceType),
              and(
                eq(memberRoles.resourceType, 'workspaces'),
                eq(memberRoles.resourceId, params.workspace),
              ),
            ),
            behind(users.email, memberRoles.id, query.after),
          ),
        )
        .orderBy(asc(users.email), asc(memberRoles.id))
        .limit(query.limit + 1);
      return toPage(rows, query.limit, ({ email }) => email);
    },
  );

  api.put(
    '/workspaces/:workspace/members/:user/roles/:role',
    { schema: { params: roleInWorkspace }, preHandler: may('members:assign') },
    async ({ params: { workspace, ...given } }) => {
      await findWorkspace(database, workspace);
      return rbac.members.assign(pool, { ...given, on: { type: 'workspaces', id: workspace } });
    },
  );

  api.delete(
    '/workspaces/:workspace/members/:user/roles/:role',
    { schema: { params: roleInWorkspace }, preHandler: may('members:assign') },
    async ({ params: { workspace, ...taken } }) =>
      rbac.members.unassign(pool, { ...taken, on: { type: 'workspaces', id: workspace } }),
  );
}
