import { and, asc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { inProject, mayInProject } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { projects } from '../schema/lite.ts';
import { type Api, text } from '../validation.ts';
import { throwAwayProject } from './trash.ts';

const newProject = z.strictObject({ name: text(200).trim().min(1) });
const roleInProject = inProject.extend({ user: z.guid(), role: text(63) });

const live = isNull(projects.deletedAt);
const isProject = (id: string) => and(eq(projects.id, id), live);

/** The projects of the tenant, and the roles for one of them. */
export function liteProjectRoutes(api: Api, database: Database): void {
  const { db, pool } = database;

  api.get('/projects', { schema: { querystring: pageQuery } }, async ({ query }) => {
    const rows = await db
      .select()
      .from(projects)
      .where(and(live, behind(projects.name, projects.id, query.after)))
      .orderBy(asc(projects.name), asc(projects.id))
      .limit(query.limit + 1);
    return toPage(rows, query.limit, ({ name }) => name);
  });

  api.post(
    '/projects',
    { schema: { body: newProject }, preHandler: mayInProject('projects:create') },
    async ({ body }, reply) => {
      const [project] = await db.insert(projects).values(body).returning();
      return reply.code(201).send(project);
    },
  );

  api.get('/projects/:project', { schema: { params: inProject } }, async ({ params }) =>
    findLiteProject(database, params.project),
  );

  api.patch(
    '/projects/:project',
    {
      schema: { params: inProject, body: newProject },
      preHandler: mayInProject('projects:update'),
    },
    async ({ params, body }) => {
      const changed = db.update(projects).set(body).where(isProject(params.project));
      const [project] = await changed.returning();
      if (project === undefined) throw notFound('project');
      return project;
    },
  );

  api.delete(
    '/projects/:project',
    { schema: { params: inProject }, preHandler: mayInProject('projects:delete') },
    async ({ params }, reply) => {
      await throwAwayProject(database, params.project);
      return reply.code(204).send();
    },
  );

  const role = '/projects/:project/members/:user/roles/:role';
  const preHandler = mayInProject('members:assign');

  api.put(role, { schema: { params: roleInProject }, preHandler }, async ({ params }) => {
    const { project, ...given } = params;
    await findLiteProject(database, project);
    return rbac.members.assign(pool, { ...given, on: { type: 'projects', id: project } });
  });

  api.delete(role, { schema: { params: roleInProject }, preHandler }, async ({ params }) => {
    const { project, ...taken } = params;
    return rbac.members.unassign(pool, { ...taken, on: { type: 'projects', id: project } });
  });
}

/** A project that the member sees; 404 for all others. */
export async function findLiteProject({ db }: Database, id: string) {
  const [project] = await db.select().from(projects).where(isProject(id));
  if (project === undefined) throw notFound('project');
  return project;
}
