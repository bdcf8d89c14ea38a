import { asc, eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { memberships, organizations } from '../schema.ts';
import type { SessionEnv } from '../session.ts';
import { tenancy } from '../tenancy.ts';
import { readBody } from '../validation.ts';

const reserved = new Set(['www', 'app', 'api', 'admin']);

const newOrganization = z.strictObject({
  name: z.string().trim().min(1).max(100),
  slug: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
    .refine((slug) => !reserved.has(slug) && !slug.startsWith('xn--'), 'this slug is reserved'),
});

/** What a user does outside of every organization. It crosses tenants, so it says why and for whom. */
export function accountRoutes({ db }: Database) {
  const routes = new Hono<SessionEnv>();

  routes.get('/organizations', async (c) => {
    const { userId } = c.var;
    const mine = await tenancy.asSystem(
      { reason: 'list the organizations of the signed-in user', actor: userId },
      () =>
        db
          .select({
            id: organizations.id,
            name: organizations.name,
            slug: organizations.slug,
            role: memberships.role,
          })
          .from(memberships)
          .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
          .where(eq(memberships.userId, userId))
          .orderBy(asc(organizations.slug)),
    );
    return c.json({ items: mine });
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
          await tx
            .insert(memberships)
            .values({ organizationId: organization.id, userId, role: 'owner' });
          return organization;
        }),
    );
    return c.json(created, 201);
  });

  return routes;
}
