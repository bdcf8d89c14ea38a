import type { TenantRequest } from '@tenantry/core/adapter';
import { guard } from '@tenantry/core/express';
import { asc, eq, gt } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { projects } from '../schema/index.ts';
import { isId, pageQuery, readBody, readQuery, text, toPage } from '../validation.ts';

const newProject = z.strictObject({
  name: text(100).trim().min(1),
  description: text(10_000).optional(),
});
const projectChange = newProject
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one property');

/** Projects. No statement here names the organization: the scope of the request does. */
export function projectRoutes({ db }: Pick<Database, 'db'>): Router {
  const routes = Router();

  routes.get('/', async (request, response) => {
    const { after, limit } = readQuery(request, pageQuery);
    const rows = await db
      .select()
      .from(projects)
      .where(after === undefined ? undefined : gt(projects.name, after))
      .orderBy(asc(projects.name))
      .limit(limit + 1);
    response.json(toPage(rows, limit, ({ name }) => name));
  });

  routes.post('/', guard(rbac.requires('projects:create')), async (request, response) => {
    const values = { ...readBody(request, newProject), createdBy: rbac.snapshot().user };
    const [project] = await db.insert(projects).values(values).returning();
    response.status(201).json(project);
  });

  routes.param('id', (_request, _response, next, id) =>
    next(isId(id) ? undefined : notFound('project')),
  );

  routes.get('/:id', async ({ params: { id } }, response) => {
    const [project] = await db.select().from(projects).where(eq(projects.id, id));
    if (project === undefined) throw notFound('project');
    response.json(project);
  });

  // also by a role for this project alone
  const of = ({ param }: TenantRequest) => param?.('id');

  routes.patch(
    '/:id',
    guard(rbac.requires('projects:update', { of })),
    async (request, response) => {
      const { id } = request.params;
      const change = readBody(request, projectChange);
      const [project] = await db
        .update(projects)
        .set(change)
        .where(eq(projects.id, id))
        .returning();
      if (project === undefined) throw notFound('project');
      response.json(project);
    },
  );

  routes.delete(
    '/:id',
    guard(rbac.requires('projects:delete', { of })),
    async (request, response) => {
      const { id } = request.params;
      const { rowCount } = await db.delete(projects).where(eq(projects.id, id));
      if (rowCount === 0) throw notFound('project');
      response.sendStatus(204);
    },
  );

  return routes;
}
