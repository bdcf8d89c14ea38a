import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { limits } from '../limits.ts';
import { requires } from '../rbac.ts';
import { memberships, organizations, projects } from '../schema.ts';
import type { SessionEnv } from '../session.ts';
import { tenancy } from '../tenancy.ts';
import { readBody } from '../validation.ts';

const settings = z.strictObject({ name: z.string().trim().min(1).max(100) });

/** The organization itself: an overview in one round trip, and its settings. */
export function organizationRoutes({ db, pool }: Database) {
  const routes = new Hono<SessionEnv>();

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

  routes.patch('/', requires('organization:update'), async (c) => {
    const change = await readBody(c, settings);
    const [organization] = await db
      .update(organizations)
      .set(change)
      .where(eq(organizations.id, tenancy.current().organizationId))
      .returning();
    return c.json(organization);
  });

  return routes;
}
