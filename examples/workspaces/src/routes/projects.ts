import { and, asc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { inWorkspace, may } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { projects } from '../schema/index.ts';
import { throwAwayProject } from '../trash.ts';
import { type Api, text } from '../validation.ts';
import { findWorkspace } from './workspaces.ts';

const inProject = inWorkspace.extend({ project: z.guid() });
const newProject = z.strictObject({ name: text(200).trim().min(1) });
/** A project moves to another workspace by the id of that one, and its documents move with it. */
const change = newProject
  .extend({ workspaceId: z.guid() })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'name at least one property');

/** A project of the path that lives. */
const isProject = ({ workspace, project }: z.output<typeof inProject>) =>
  and(eq(projects.workspaceId, workspace), eq(projects.id, project), isNull(projects.deletedAt));

/** The projects of a workspace. */
export function projectRoutes(api: Api, database: Database): void {
  const { db } = database;

  api.get(
    '/workspaces/:workspace/projects',
    { schema: { params: inWorkspace, querystring: pageQuery } },
    async ({ params, query }) => {
      await findWorkspace(database, params.workspace);
      const rows = await db
        .select()
        .from(projects)
        .where(
          and(
            eq(projects.workspaceId, params.workspace),
            isNull(projects.deletedAt),
            behind(projects.name, projects.id, query.after),
          ),
        )
        .orderBy(asc(projects.name), asc(projects.id))
        .limit(query.limit + 1);
      return toPage(rows, query.limit, ({ name }) => name);
    },
  );

  api.post(
    '/workspaces/:workspace/projects',
    { schema: { params: inWorkspace, body: newProject }, preHandler: may('projects:create') },
    async ({ params, body }, reply) => {
      await findWorkspace(database, params.workspace);
      const [project] = await db
        .insert(projects)
        .values({ ...body, workspaceId: params.workspace })
        .returning();
      return reply.code(201).send(project);
    },
  );

  api.get(
    '/workspaces/:workspace/projects/:project',
    { schema: { params: inProject } },
    async ({ params }) => findProject(database, params),
  );

  api.patch(
    '/workspaces/:workspace/projects/:project',
    { schema: { params: inProject, body: change }, preHandler: may('projects:update') },
    async ({ params, body }) => {
      if (body.workspaceId !== undefined) await findWorkspace(database, body.workspaceId);
      const [project] = await db.update(projects).set(body).where(isProject(params)).returning();
      if (project === undefined) throw notFound('project');
      return project;
    },
  );

  api.delete(
    '/workspaces/:workspace/projects/:project',
    { schema: { params: inProject }, preHandler: may('projects:delete') },
    async ({ params }, reply) => {
      await findProject(database, params);
      await throwAwayProject(database, params.project);
      return reply.code(204).send();
    },
  );
}

/** A project that the member sees; 404 for all others. */
export async function findProject({ db }: Database, params: z.output<typeof inProject>) {
  const [project] = await db.select().from(projects).where(isProject(params));
  if (project === undefined) throw notFound('project');
  return project;
}
