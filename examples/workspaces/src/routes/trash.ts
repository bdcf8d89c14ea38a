import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { documents, projects, workspaces } from '../schema/index.ts';
import { restoreDocument, restoreProject, restoreWorkspace } from '../trash.ts';
import type { Api } from '../validation.ts';

const tables = { workspaces, projects, documents };
const restore = {
  workspaces: restoreWorkspace,
  projects: restoreProject,
  documents: restoreDocument,
};
const inTrash = z.strictObject({
  kind: z.enum(['workspaces', 'projects', 'documents']),
  id: z.guid(),
});

/** The trash. Whoever may restore sees what is in it, of their workspaces; for others it is empty. */
export function trashRoutes(api: Api, database: Database): void {
  const { db, pool } = database;

  api.get('/trash', async () => {
    const [rooms, work, papers] = await pool.batch(() => [
      db
        .select({ id: workspaces.id, name: workspaces.name, deletedAt: workspaces.deletedAt })
        .from(workspaces)
        .where(isNotNull(workspaces.deletedAt))
        .orderBy(desc(workspaces.deletedAt))
        .limit(100),
      db
        .select({ id: projects.id, name: projects.name, deletedAt: projects.deletedAt })
        .from(projects)
        .where(isNotNull(projects.deletedAt))
        .orderBy(desc(projects.deletedAt))
        .limit(100),
      db
        .select({ id: documents.id, title: documents.title, deletedAt: documents.deletedAt })
        .from(documents)
        .where(isNotNull(documents.deletedAt))
        .orderBy(desc(documents.deletedAt))
        .limit(100),
    ]);
    return { workspaces: rooms, projects: work, documents: papers };
  });

  api.post(
    '/trash/:kind/:id/restore',
    { schema: { params: inTrash } },
    async ({ params }, reply) => {
      await restore[params.kind](database, params.id);
      return reply.code(204).send();
    },
  );

  // for ever
  api.delete('/trash/:kind/:id', { schema: { params: inTrash } }, async ({ params }, reply) => {
    const table = tables[params.kind];
    const { rowCount } = await db
      .delete(table)
      .where(and(eq(table.id, params.id), isNotNull(table.deletedAt)));
    if (rowCount === 0) throw notFound('thing in the trash');
    return reply.code(204).send();
  });
}
