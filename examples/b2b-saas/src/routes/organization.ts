import { guard } from '@tenantry/core/hono';
import { eq, inArray } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { limits } from '../limits.ts';
import { Problem } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { memberships, organizations, projects, subscriptions } from '../schema.ts';
import type { ApiEnv } from '../session.ts';
import { freeSlug } from '../slugs.ts';
import { tenancy } from '../tenancy.ts';
import { readBody, readQuery, text } from '../validation.ts';

export const settings = z.strictObject({ name: text(100).trim().min(1) });

/** The slug, typed again: what is deleted does not come back. */
export const farewell = z.strictObject({ slug: text(63) });
/** A subscription in one of these states is still charged for. */
const stillPaid = ['active', 'trialing', 'past_due', 'unpaid', 'paused'];

/** The organization itself: an overview in one round trip, and its settings. */
export function organizationRoutes({ db, pool }: Database) {
  const routes = new Hono<ApiEnv>();

  routes.get('/', async (c) => {
    const [[organization], memberCount, projectCount] = await pool.batch(() => [
      db.select().from(organizations),
      db.$count(memberships),
      db.$count(projects),
    ]);
    return c.json({ ...organization, memberCount, projectCount });
  });

  // what the settings page shows, and what a change of the plan would mean
  routes.get('/usage', async (c) => c.json({ items: await limits.usage(pool) }));
  routes.get('/usage/preview/:plan', async (c) =>
    c.json(await limits.previewPlanChange(pool, c.req.param('plan'))),
  );

  routes.patch('/', guard(rbac.requires('organization:update')), async (c) => {
    const change = await readBody(c, settings);
    const [organization] = await db
      .update(organizations)
      .set(change)
      .where(eq(organizations.id, tenancy.current().organizationId))
      .returning();
    return c.json(organization);
  });

  // Everything of the organization goes with its row. What it did stays in the audit log.
  routes.delete('/', guard(rbac.requires('organization:delete')), async (c) => {
    const { slug } = readQuery(c, farewell);
    const { organizationId } = tenancy.current();
    const [own] = await db.select({ slug: organizations.slug }).from(organizations);
    if (own?.slug !== slug) {
      throw new Problem(422, 'SLUG_DIFFERS', 'Name the organization by its slug to delete it');
    }
    const paid = await db.$count(subscriptions, inArray(subscriptions.status, stillPaid));
    if (paid > 0) {
      throw new Problem(409, 'SUBSCRIPTION_ACTIVE', 'End the subscription first, in the portal');
    }
    const actor = String(rbac.snapshot().user);
    const entry = { reason: 'delete an organization for its owner', actor, write: true };
    const itself = eq(organizations.id, organizationId);
    await tenancy.asSystem({ ...entry, place: { organizationId } }, () =>
      db.transaction(async (tx) => {
        await audit.log(tx, 'organization.deleted', {
          organizationId,
          resource: ['organization', organizationId],
          metadata: { slug },
        });
        await tx.delete(organizations).where(itself);
      }),
    );
    // one with a database of its own has its row in the shared one too, which knows all subdomains
    await tenancy.asSystem(entry, () =>
      db.transaction(async (tx) => {
        await tx.delete(organizations).where(itself);
        await freeSlug(tx, organizationId);
      }),
    );
    return c.body(null, 204);
  });

  return routes;
}
