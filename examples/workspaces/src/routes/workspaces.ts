import { and, asc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { inWorkspace, may } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { documents, projects, workspaces } from '../schema/index.ts';
import { throwAwayWorkspace } from '../trash.ts';
import { type Api, text } from '../validation.ts';

const newWorkspace = z.strictObject({
  name: text(100).trim().min(1),
  slug: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a-z, 0-9 and inner hyphens'),
});
const change = newWorkspace
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'name at least one property');

const live = isNull(workspaces.deletedAt);

/** Workspaces. A member lists those that a role of theirs reaches; no statement here says so. */
export function workspaceRoutes(api: Api, database: Database): void {
  const { db, pool } = database;

  api.get('/workspaces', { schema: { querystring: pageQuery } }, async ({ query }) => {
    const rows = await db
      .select()
      .from(workspaces)
      .where(and(live, behind(workspaces.slug, workspaces.id, query.after)))
      .orderBy(asc(workspaces.slug), asc(workspaces.id))
      .limit(query.limit + 1);
    return toPage(rows, query.limit, ({ slug }) => slug);
  });

  api.post(
    '/workspaces',
    { schema: { body: newWorkspace }, preHandler: may('workspaces:create') },
    async ({ body }, reply) => {
      const [workspace] = await db.insert(workspaces).values(body).returning();
      return reply.code(201).send(workspace);
    },
  );

  // a workspace and what is in it, in one round trip
  api.get('/workspaces/:workspace', { schema: { params: inWorkspace } }, async ({ params }) => {
    const id = params.workspace;
    const ofIt = (table: typeof projects | typeof documents) =>
      db.$count(table, and(eq(table.workspaceId, id), isNull(table.deletedAt)));
    const [[workspace], projectCount, documentCount] = await pool.batch(() => [
      db
        .select()
        .from(workspaces)
        .where(and(live, eq(workspaces.id, id))),
      ofIt(projects),
      ofIt(documents),
    ]);
    if (workspace === undefined) throw notFound('workspace');
    return { ...workspace, projectCount, documentCount };
  });

  api.patch(
    '/workspaces/:workspace',
    { schema: { params: inWorkspace, body: change }, preHandler: may('workspaces:update') },
    async ({ params, body }) => {
      const [workspace] = await db
        .update(workspaces)
        .set(body)
        .where(and(live, eq(workspaces.id, params.workspace)))
        .returning();
      if (workspace === undefined) throw notFound('workspace');
      return workspace;
    },
  );

  api.delete(
    '/workspaces/:workspace',
    { schema: { params: inWorkspace }, preHandler: may('workspaces:delete') },
    async ({ params }, reply) => {
      await throwAwayWorkspace(database, params.workspace);
      return reply.code(204).send();
    },
  );
}

/** A workspace that the member sees; 404 for all others. */
export async function findWorkspace({ db }: Database, id: string): Promise<void> {
  const found = await db.$count(workspaces, and(live, eq(workspaces.id, id)));
  if (found === 0) throw notFound('workspace');
}
