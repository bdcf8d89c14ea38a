import { and, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { documents, projects } from '../schema/lite.ts';
import { inTrash } from '../trash.ts';
import type { Api } from '../validation.ts';

// As in ../trash.ts: a project takes its documents along at the same moment, by which it brings them back.

const now = { deletedAt: sql`now()` };
const back = { deletedAt: null };

/** Throws a document away. */
export async function throwAwayDocument({ db }: Database, id: string): Promise<void> {
  const { rowCount } = await db
    .update(documents)
    .set(now)
    .where(and(eq(documents.id, id), isNull(documents.deletedAt)));
  if (rowCount === 0) throw notFound('document');
}

/** Throws a project away with its documents, in one round trip. */
export async function throwAwayProject({ db, pool }: Database, id: string): Promise<void> {
  const [, { rowCount }] = await pool.batch(() => [
    db
      .update(documents)
      .set(now)
      .where(and(eq(documents.projectId, id), isNull(documents.deletedAt))),
    db
      .update(projects)
      .set(now)
      .where(and(eq(projects.id, id), isNull(projects.deletedAt))),
  ]);
  if (rowCount === 0) throw notFound('project');
}

async function restoreDocument({ db, pool }: Database, id: string): Promise<void> {
  const [found] = await db
    .select({ title: documents.title, parent: projects.deletedAt })
    .from(documents)
    .innerJoin(projects, eq(projects.id, documents.projectId))
    .where(and(eq(documents.id, id), isNotNull(documents.deletedAt)));
  if (found === undefined) throw notFound('document in the trash');
  if (found.parent !== null) throw inTrash('project');
  const [{ rowCount }] = await pool.batch(() => [
    db.update(documents).set(back).where(eq(documents.id, id)),
    audit.log(pool, 'document.restored', {
      resource: ['documents', id],
      metadata: { title: found.title },
    }),
  ]);
  if (rowCount === 0) throw notFound('document in the trash');
}

async function restoreProject({ db, pool }: Database, id: string): Promise<void> {
  const moment = sql`(select p.deleted_at from ${projects} p where p.id = ${id})`;
  const [, { rowCount }] = await pool.batch(() => [
    db
      .update(documents)
      .set(back)
      .where(and(eq(documents.projectId, id), sql`${documents.deletedAt} = ${moment}`)),
    db
      .update(projects)
      .set(back)
      .where(and(eq(projects.id, id), isNotNull(projects.deletedAt))),
  ]);
  if (rowCount === 0) throw notFound('project in the trash');
}

const tables = { projects, documents };
const restore = { projects: restoreProject, documents: restoreDocument };
const thing = z.strictObject({ kind: z.enum(['projects', 'documents']), id: z.guid() });

/** The trash. Whoever may restore sees what is in it, of their projects; for others it is empty. */
export function liteTrashRoutes(api: Api, database: Database): void {
  const { db, pool } = database;

  api.get('/trash', async () => {
    const [work, papers] = await pool.batch(() => [
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
    return { projects: work, documents: papers };
  });

  api.post('/trash/:kind/:id/restore', { schema: { params: thing } }, async ({ params }, reply) => {
    await restore[params.kind](database, params.id);
    return reply.code(204).send();
  });

  // for ever
  api.delete('/trash/:kind/:id', { schema: { params: thing } }, async ({ params }, reply) => {
    const table = tables[params.kind];
    const { rowCount } = await db
      .delete(table)
      .where(and(eq(table.id, params.id), isNotNull(table.deletedAt)));
    if (rowCount === 0) throw notFound('thing in the trash');
    return reply.code(204).send();
  });
}
