import { eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { everywhere } from '../everywhere.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { builtInRoles, memberRoles, memberships, organizations, roles, users } from '../schema.ts';
import type { SessionEnv } from '../session.ts';
import { takeSlug } from '../slugs.ts';
import { tenancy } from '../tenancy.ts';
import { readBody, text } from '../validation.ts';

const reserved = new Set(['www', 'app', 'api', 'admin']);

export const newOrganization = z.strictObject({
  name: text(100).trim().min(1),
  slug: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
    .refine((slug) => !reserved.has(slug) && !slug.startsWith('xn--'), 'this slug is reserved'),
});

export const acceptance = z.strictObject({ token: text(100) });

/** The keys of a member's roles, in a query of memberships. */
const rolesOfMember = sql<string[]>`array(
  select coalesce(${builtInRoles.key}, ${roles.key}) from ${memberRoles}
  left join ${builtInRoles} on ${builtInRoles.id} = ${memberRoles.builtInRoleId}
  left join ${roles} on ${roles.organizationId} = ${memberRoles.organizationId}
    and ${roles.id} = ${memberRoles.ownRoleId}
  where ${memberRoles.organizationId} = ${memberships.organizationId}
    and ${memberRoles.userId} = ${memberships.userId} and ${memberRoles.resourceType} is null
  order by 1)`;

/** What a user does outside of every organization. It crosses tenants, so it says why and for whom. */
export function accountRoutes({ db, pool }: Database) {
  const routes = new Hono<SessionEnv>();

  routes.get('/organizations', async (c) => {
    const { userId } = c.var;
    const mine = await everywhere(
      { pool },
      { reason: 'list the organizations of the signed-in user', actor: userId },
      async () =>
        db
          .select({
            id: organizations.id,
            name: organizations.name,
            slug: organizations.slug,
            roles: rolesOfMember,
          })
          .from(memberships)
          .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
          .where(eq(memberships.userId, userId)),
    );
    return c.json({ items: mine.sort((a, b) => (a.slug < b.slug ? -1 : 1)) });
  });

  routes.post('/organizations', async (c) => {
    const values = await readBody(c, newOrganization);
    const { userId } = c.var;
    const created = await tenancy.asSystem(
      { reason: 'create an organization for the signed-in user', actor: userId, write: true },
      () =>
        db.transaction(async (tx) => {
          const [organization] = await tx.insert(organizations).values(values).returning();
          if (organization === undefined) throw new Error('the insert returned no row');
          await takeSlug(tx, organization);
          await rbac.members.add(tx, {
            organizationId: organization.id,
            user: userId,
            role: 'owner',
          });
          return organization;
        }),
    );
    return c.json(created, 201);
  });

  // what the page of the invitation shows; a GET changes nothing, so a mail scanner may open it
  routes.get('/invitations/:token', async (c) => {
    const invitation = await rbac.invitations.find(pool, c.req.param('token'));
    if (invitation === null) throw notFound('invitation');
    return c.json(invitation);
  });

  routes.post('/invitations/accept', async (c) => {
    const { token } = await readBody(c, acceptance);
    const { userId } = c.var;
    const [user] = await tenancy.asSystem(
      { reason: 'read the address of the signed-in user', actor: userId },
      () => db.select({ email: users.email }).from(users).where(eq(users.id, userId)),
    );
    const accepted = await rbac.invitations.accept(pool, {
      token,
      user: userId,
      email: user?.email ?? '',
    });
    return c.json({ organizationId: accepted.organizationId }, 201);
  });

  return routes;
}
