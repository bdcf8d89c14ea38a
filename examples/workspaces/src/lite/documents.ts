import { and, asc, eq, ilike, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { inProject, mayInProject } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { changedDocument, documentSearch, literally, newDocument } from '../routes/documents.ts';
import { documents } from '../schema/lite.ts';
import type { Api } from '../validation.ts';
import { findLiteProject } from './projects.ts';
import { throwAwayDocument } from './trash.ts';

const inDocument = inProject.extend({ document: z.guid() });

/** What a list shows of a document: its content may be large. */
const listed = {
  id: documents.id,
  projectId: documents.projectId,
  title: documents.title,
  authorId: documents.authorId,
  updatedAt: documents.updatedAt,
};

const live = isNull(documents.deletedAt);
const isDocument = ({ project, document }: z.output<typeof inDocument>) =>
  and(eq(documents.projectId, project), eq(documents.id, document), live);

/** Documents, by their project or by a part of their title. */
export function liteDocumentRoutes(api: Api, database: Database): void {
  const { db } = database;
  const page = async (
    where: ReturnType<typeof and>,
    { after, limit }: z.output<typeof pageQuery>,
  ) => {
    const rows = await db
      .select(listed)
      .from(documents)
      .where(and(live, where, behind(documents.title, documents.id, after)))
      .orderBy(asc(documents.title), asc(documents.id))
      .limit(limit + 1);
    return toPage(rows, limit, ({ title }) => title);
  };

  // of all projects that a role of the member reaches; no statement here names one
  api.get('/documents', { schema: { querystring: documentSearch } }, async ({ query }) =>
    page(ilike(documents.title, `%${literally(query.title ?? '')}%`), query),
  );

  api.get(
    '/projects/:project/documents',
    { schema: { params: inProject, querystring: pageQuery } },
    async ({ params, query }) => {
      await findLiteProject(database, params.project);
      return page(eq(documents.projectId, params.project), query);
    },
  );

  api.post(
    '/projects/:project/documents',
    {
      schema: { params: inProject, body: newDocument },
      preHandler: mayInProject('documents:create'),
    },
    async ({ params: { project }, body, userId }, reply) => {
      await findLiteProject(database, project);
      const [document] = await db
        .insert(documents)
        .values({ ...body, projectId: project, authorId: userId })
        .returning();
      return reply.code(201).send(document);
    },
  );

  const path = '/projects/:project/documents/:document';

  api.get(path, { schema: { params: inDocument } }, async ({ params }) => {
    const [document] = await db.select().from(documents).where(isDocument(params));
    if (document === undefined) throw notFound('document');
    return document;
  });

  api.patch(
    path,
    {
      schema: { params: inDocument, body: changedDocument },
      preHandler: mayInProject('documents:update'),
    },
    async ({ params, body }) => {
      const [document] = await db.update(documents).set(body).where(isDocument(params)).returning();
      if (document === undefined) throw notFound('document');
      return document;
    },
  );

  api.delete(
    path,
    { schema: { params: inDocument }, preHandler: mayInProject('documents:delete') },
    async ({ params }, reply) => {
      await throwAwayDocument(database, params.document);
      return reply.code(204).send();
    },
  );
}
