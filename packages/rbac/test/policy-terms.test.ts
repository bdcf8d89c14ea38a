import { sql } from 'drizzle-orm';
import { PgDialect, pgTable, timestamp, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { policyTerm } from '../src/schema/terms.ts';

const documents = pgTable('documents', {
  tenant: uuid('home_id'),
  id: uuid(),
  projectId: uuid('project_id'),
  deletedAt: timestamp('deleted_at'),
});
const where = sql`${documents.deletedAt} is null or ${documents.deletedAt} = now()`;
const textOf = (
  term: Parameters<typeof policyTerm>[0],
  dialect: 'postgres' | 'citus' = 'postgres',
) => new PgDialect().sqlToQuery(policyTerm(term, { dialect, tenant: documents.tenant })).sql;

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

const mayOnCitus = `"documents"."home_id" = tenantry.tenant_if_can('documents:read')`;
const ids = `tenantry.planned_ids('documents:read', 'projects')`;
const can = `tenantry.planned_can('documents:read')`;
const isAllowedOnCitus = `"documents"."home_id" = tenantry.tenant_if_as_planned('documents:read', 'projects', ${can}, ${ids}) and (${can} or "documents"."project_id" = any (${ids}::uuid[]))`;

test.each([
  ['a permission', 'documents:read', mayOnCitus],
  [
    'a permission and a condition',
    { permission: 'documents:read', where },
    `${mayOnCitus} and ${isLive}`,
  ],
  [
    'one for a resource and a condition',
    { permission: 'documents:read', of: documents.projectId, resource: 'projects', where },
    `(${isAllowedOnCitus}) and ${isLive}`,
  ],
])('on Citus, without a sub-select: %s', (_, term, text) => {
  expect(textOf(term, 'citus')).toBe(text);
});
