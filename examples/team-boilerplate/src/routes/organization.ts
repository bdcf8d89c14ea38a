import { guard } from '@tenantry/core/express';
import { eq } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { rbac } from '../rbac.ts';
import { memberships, organizations, projects } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import { readBody, text } from '../validation.ts';

const change = z
  .strictObject({
    name: text(100).trim().min(1).optional(),
    settings: z
      .strictObject({
        color: z
          .string()
          .regex(/^#[0-9a-f]{6}$/)
          .optional(),
      })
      .optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'name at least one property');

/** The organization itself: an overview in one round trip, and its settings. */
export function organizationRoutes({ db, pool }: Database): Router {
  const routes = Router();

  routes.get('/', async (_request, response) => {
    const [[organization], memberCount, projectCount] = await pool.batch(() => [
      db.select().from(organizations),
      db.$count(memberships),
      db.$count(projects),
    ]);
    response.json({ ...organization, memberCount, projectCount });
  });

  routes.patch('/', guard(rbac.requires('organization:update')), async (request, response) => {
    const { name, settings } = readBody(request, change);
    const [organization] = await db
      .update(organizations)
      .set({ ...(name !== undefined && { name }), ...(settings !== undefined && { settings }) })
      .where(eq(organizations.id, tenancy.current().organizationId))
      .returning();
    response.json(organization);
  });

  return routes;
}
