import { sql } from 'drizzle-orm';
import { PgDialect, pgTable, timestamp, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { policyTerm } from '../src/schema/terms.ts';

const documents = pgTable('documents', {
  id: uuid(),
  projectId: uuid('project_id'),
  deletedAt: timestamp('deleted_at'),
});
const where = sql`${documents.deletedAt} is null or ${documents.deletedAt} = now()`;
const textOf = (term: Parameters<typeof policyTerm>[0]) =>
  new PgDialect().sqlToQuery(policyTerm(term)).sql;

const may = `(select tenantry.can('documents:read'))`;
const isAllowed = `${may} or "documents"."project_id" = any ((select tenantry.allowed_ids('documents:read', 'projects'))::uuid[])`;
const isLive = `("documents"."deleted_at" is null or "documents"."deleted_at" = now())`;

test.each([
  ['a permission', 'documents:read', may],
  ['a permission in an object', { permission: 'documents:read' }, may],
  [
    'one for a resource',
    { permission: 'documents:read', of: documents.projectId, resource: 'projects' },
    isAllowed,
  ],
  ['a permission and a condition', { permission: 'documents:read', where }, `${may} and ${isLive}`],
  [
    'one for a resource and a condition, which no alternative goes around',
    { permission: 'documents:read', of: documents.projectId, resource: 'projects', where },
    `(${isAllowed}) and ${isLive}`,
  ],
])('%s', (_, term, text) => {
  expect(textOf(term)).toBe(text);
});
