import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { audit } from './audit.ts';
import type { Database } from './database.ts';
import { notFound, Problem } from './problems.ts';
import { documents, projects, workspaces } from './schema/index.ts';

// What is thrown away takes along what is in it, at the same moment: by that moment `restore` knows what to
// bring back, and what had been thrown away before stays in the trash.

const now = { deletedAt: sql`now()` };
const back = { deletedAt: null };

/** Throws a document away. */
export async function throwAwayDocument(
  { db }: Database,
  { workspace, document }: { readonly workspace: string; readonly document: string },
): Promise<void> {
  const { rowCount } = await db
    .update(documents)
    .set(now)
    .where(
      and(
        eq(documents.workspaceId, workspace),
        eq(documents.id, document),
        isNull(documents.deletedAt),
      ),
    );
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

/** Throws a workspace away with its projects and documents. */
export async function throwAwayWorkspace({ db, pool }: Database, id: string): Promise<void> {
  const [, , { rowCount }] = await pool.batch(() => [
    db
      .update(documents)
      .set(now)
      .where(and(eq(documents.workspaceId, id), isNull(documents.deletedAt))),
    db
      .update(projects)
      .set(now)
      .where(and(eq(projects.workspaceId, id), isNull(projects.deletedAt))),
    db
      .update(workspaces)
      .set(now)
      .where(and(eq(workspaces.id, id), isNull(workspaces.deletedAt))),
  ]);
  if (rowCount === 0) throw notFound('workspace');
}

/** Brings a document back, and says so in the audit log. */
export async function restoreDocument({ db, pool }: Database, id: string): Promise<void> {
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

/** Brings a project back, with the documents that were thrown away with it. */
export async function restoreProject({ db, pool }: Database, id: string): Promise<void> {
  const [found] = await db
    .select({ parent: workspaces.deletedAt })
    .from(projects)
    .innerJoin(workspaces, eq(workspaces.id, projects.workspaceId))
    .where(and(eq(projects.id, id), isNotNull(projects.deletedAt)));
  if (found === undefined) throw notFound('project in the trash');
  if (found.parent !== null) throw inTrash('workspace');
  const moment = sql`(select p.deleted_at from ${projects} p where p.id = ${id})`;
  const [, { rowCount }] = await pool.batch(() => [
    db
      .update(documents)
      .set(back)
      .where(and(eq(documents.projectId, id), thrownAwayAt(documents.deletedAt, moment))),
    db.update(projects).set(back).where(eq(projects.id, id)),
  ]);
  if (rowCount === 0) throw notFound('project in the trash');
}

/** Brings a workspace back, with what was thrown away with it. */
export async function restoreWorkspace({ db, pool }: Database, id: string): Promise<void> {
  const moment = sql`(select w.deleted_at from ${workspaces} w where w.id = ${id})`;
  const [, , { rowCount }] = await pool.batch(() => [
    db
      .update(documents)
      .set(back)
      .where(and(eq(documents.workspaceId, id), thrownAwayAt(documents.deletedAt, moment))),
    db
      .update(projects)
      .set(back)
      .where(and(eq(projects.workspaceId, id), thrownAwayAt(projects.deletedAt, moment))),
    db
      .update(workspaces)
      .set(back)
      .where(and(eq(workspaces.id, id), isNotNull(workspaces.deletedAt))),
  ]);
  if (rowCount === 0) throw notFound('workspace in the trash');
}

const thrownAwayAt = (
  column: typeof documents.deletedAt | typeof projects.deletedAt,
  moment: SQL,
) => sql`${column} = ${moment}`;

/** What is refused, because what it is in is in the trash. */
export const inTrash = (what: string): Problem =>
  new Problem(409, 'PARENT_IN_TRASH', `Its ${what} is in the trash: restore that first`);
