import { and, asc, eq, ilike, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { inWorkspace, may } from '../access.ts';
import type { Database } from '../database.ts';
import { behind, pageQuery, toPage } from '../paging.ts';
import { notFound } from '../problems.ts';
import { documents } from '../schema/index.ts';
import { throwAwayDocument } from '../trash.ts';
import { type Api, jsonObject, text } from '../validation.ts';
import { findProject } from './projects.ts';

const inProject = inWorkspace.extend({ project: z.guid() });
const inDocument = inWorkspace.extend({ document: z.guid() });
/** The body of a new document. */
export const newDocument = z.strictObject({
  title: text(200).trim().min(1),
  content: jsonObject(500_000).optional(),
});
/** What may change of a document. */
export const changedDocument = newDocument
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'name at least one property');
/** The query of a search. */
export const documentSearch = pageQuery.extend({ title: text(100).optional() });

/** What a list shows of a document: its content may be large. */
const listed = {
  id: documents.id,
  workspaceId: documents.workspaceId,
  projectId: documents.projectId,
  title: documents.title,
  authorId: documents.authorId,
  updatedAt: documents.updatedAt,
};

const live = isNull(documents.deletedAt);
const isDocument = ({ workspace, document }: z.output<typeof inDocument>) =>
  and(eq(documents.workspaceId, workspace), eq(documents.id, document), live);

/** In a pattern these stand for other characters than themselves. */
export const literally = (title: string): string => title.replace(/[\\%_]/g, '\\$&');

/** Documents, by their project or by a part of their title. */
export function documentRoutes(api: Api, database: Database): void {
  const { db } = database;

  // in all workspaces that a role of the member reaches; no statement here names one
  api.get('/documents', { schema: { querystring: documentSearch } }, async ({ query }) => {
    const { title = '', after, limit } = query;
    const rows = await db
      .select(listed)
      .from(documents)
      .where(
        and(
          live,
          ilike(documents.title, `%${literally(title)}%`),
          behind(documents.title, documents.id, after),
        ),
      )
      .orderBy(asc(documents.title), asc(documents.id))
      .limit(limit + 1);
    return toPage(rows, limit, (document) => document.title);
  });

  api.get(
    '/workspaces/:workspace/projects/:project/documents',
    { schema: { params: inProject, querystring: pageQuery } },
    async ({ params, query }) => {
      await findProject(database, params);
      const rows = await db
        .select(listed)
        .from(documents)
        .where(
          and(
            eq(documents.workspaceId, params.workspace),
            eq(documents.projectId, params.project),
            live,
            behind(documents.title, documents.id, query.after),
          ),
        )
        .orderBy(asc(documents.title), asc(documents.id))
        .limit(query.limit + 1);
      return toPage(rows, query.limit, ({ title }) => title);
    },
  );

  api.post(
    '/workspaces/:workspace/projects/:project/documents',
    { schema: { params: inProject, body: newDocument }, preHandler: may('documents:create') },
    async ({ params, body, userId }, reply) => {
      await findProject(database, params);
      const place = { workspaceId: params.workspace, projectId: params.project };
      const [document] = await db
        .insert(documents)
        .values({ ...body, ...place, authorId: userId })
        .returning();
      return reply.code(201).send(document);
    },
  );

  api.get(
    '/workspaces/:workspace/documents/:document',
    { schema: { params: inDocument } },
    async ({ params }) => {
      const [document] = await db.select().from(documents).where(isDocument(params));
      if (document === undefined) throw notFound('document');
      return document;
    },
  );

  api.patch(
    '/workspaces/:workspace/documents/:document',
    { schema: { params: inDocument, body: changedDocument }, preHandler: may('documents:update') },
    async ({ params, body }) => {
      const [document] = await db.update(documents).set(body).where(isDocument(params)).returning();
      if (document === undefined) throw notFound('document');
      return document;
    },
  );

  api.delete(
    '/workspaces/:workspace/documents/:document',
    { schema: { params: inDocument }, preHandler: may('documents:delete') },
    async ({ params }, reply) => {
      await throwAwayDocument(database, params);
      return reply.code(204).send();
    },
  );
}
