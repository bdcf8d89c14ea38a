import { randomUUID } from 'node:crypto';
import type { TenantRequest } from '@tenantry/core/adapter';
import { guard } from '@tenantry/core/hono';
import { asc, eq, gt } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { projectStatus, projects } from '../schema.ts';
import type { ApiEnv } from '../session.ts';
import { isId, readBody, readQuery, text } from '../validation.ts';

export const newProject = z.strictObject({
  name: text(100).trim().min(1),
  description: text(10_000).optional(),
  status: z.enum(projectStatus.enumValues).optional(),
});
export const projectChange = newProject
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one property');

/** Projects. No statement here names the organization: the scope of the request does. */
export function projectRoutes({ db, pool }: Database) {
  const routes = new Hono<ApiEnv>();

  routes.get('/', async (c) => {
    const { after, limit } = readQuery(c, pageQuery);
    const rows = await db
      .select()
      .from(projects)
      .where(after === undefined ? undefined : gt(projects.name, after))
      .orderBy(asc(projects.name))
      .limit(limit + 1);
    return c.json(toPage(rows, limit, (project) => project.name));
  });

  routes.post('/', guard(rbac.requires('projects:create')), async (c) => {
    const values = await readBody(c, newProject);
    const id = randomUUID();
    // the change and its audit entry, in one round trip and one transaction
    const [[project]] = await pool.batch(() => [
      db
        .insert(projects)
        .values({ ...values, id, createdBy: c.var.userId })
        .returning(),
      audit.log(pool, 'project.created', {
        resource: ['project', id],
        metadata: { name: values.name },
      }),
    ]);
    c.header('location', `/api/projects/${project?.id}`);
    return c.json(project, 201);
  });

  routes.use('/:id', async (c, next) => {
    if (!isId(c.req.param('id'))) throw notFound('project');
    await next();
  });

  routes.get('/:id', async (c) => {
    const [project] = await db
      .select()
      .from(projects)
      .where(eq(projects.id, c.req.param('id')));
    if (project === undefined) throw notFound('project');
    return c.json(project);
  });

  // also by a role for this project alone
  const of = ({ param }: TenantRequest) => param?.('id');

  routes.patch('/:id', guard(rbac.requires('projects:update', { of })), async (c) => {
    const id = c.req.param('id');
    const change = await readBody(c, projectChange);
    const [project] = await db.update(projects).set(change).where(eq(projects.id, id)).returning();
    if (project === undefined) throw notFound('project');
    return c.json(project);
  });

  routes.delete('/:id', guard(rbac.requires('projects:delete', { of })), async (c) => {
    const id = c.req.param('id');
    const { rowCount } = await db.delete(projects).where(eq(projects.id, id));
    if (rowCount === 0) throw notFound('project');
    return c.body(null, 204);
  });

  return routes;
}
