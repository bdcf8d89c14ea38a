import { guard } from '@tenantry/core/express';
import { and, asc, eq, gt } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { taskStatus, tasks } from '../schema/index.ts';
import { isId, pageQuery, readBody, readQuery, text, toPage } from '../validation.ts';

const newTask = z.strictObject({
  projectId: z.guid(),
  title: text(200).trim().min(1),
  status: z.enum(taskStatus.enumValues).optional(),
  assigneeId: z.guid().nullable().optional(),
  dueOn: z.iso.date().nullable().optional(),
});
const taskChange = newTask
  .omit({ projectId: true })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one property');
const taskQuery = pageQuery.extend({ after: z.guid().optional(), project: z.guid().optional() });

/** The tasks of the organization, or of one project. */
export function taskRoutes({ db }: Pick<Database, 'db'>): Router {
  const routes = Router();

  routes.get('/', async (request, response) => {
    const { after, limit, project } = readQuery(request, taskQuery);
    const rows = await db
      .select()
      .from(tasks)
      .where(
        and(
          project === undefined ? undefined : eq(tasks.projectId, project),
          after === undefined ? undefined : gt(tasks.id, after),
        ),
      )
      .orderBy(asc(tasks.id))
      .limit(limit + 1);
    response.json(toPage(rows, limit, ({ id }) => id));
  });

  routes.post('/', guard(rbac.requires('tasks:create')), async (request, response) => {
    const [task] = await db.insert(tasks).values(readBody(request, newTask)).returning();
    response.status(201).json(task);
  });

  routes.param('id', (_request, _response, next, id) =>
    next(isId(id) ? undefined : notFound('task')),
  );

  routes.patch('/:id', guard(rbac.requires('tasks:update')), async (request, response) => {
    const { id } = request.params;
    const change = readBody(request, taskChange);
    const [task] = await db.update(tasks).set(change).where(eq(tasks.id, id)).returning();
    if (task === undefined) throw notFound('task');
    response.json(task);
  });

  routes.delete('/:id', guard(rbac.requires('tasks:delete')), async (request, response) => {
    const { id } = request.params;
    const { rowCount } = await db.delete(tasks).where(eq(tasks.id, id));
    if (rowCount === 0) throw notFound('task');
    response.sendStatus(204);
  });

  return routes;
}
