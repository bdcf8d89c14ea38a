import { audited } from '@tenantry/audit-log';
import { index, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { rbac } from '../rbac.ts';
import { reference } from '../tenancy.ts';
import { isLive } from './deletion.ts';
import { access, documentColumns, projectColumns } from './parts.ts';
import { tenants, users } from './people.ts';

/** A project of a tenant. Whoever has a role for it, or for the tenant, sees it. */
export const projects = pgTable('projects', projectColumns(), (t) => [
  ...rbac.isolate(t, access('projects', t, { of: t.id, resource: 'projects' })),
  ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
  ...limits.counts(t, 'projects', { deletedAt: null }),
  ...audited(t, { exclude: ['updatedAt'] }),
  uniqueIndex('projects_name_key').on(t.tenantId, t.name).where(isLive(t.deletedAt)),
]);

/** A document of a project. A role for the project holds for its documents. */
export const documents = pgTable('documents', documentColumns(), (t) => [
  ...rbac.isolate(t, access('documents', t, { of: t.projectId, resource: 'projects' })),
  ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
  ...reference(t, { column: t.authorId, to: () => users, onDelete: 'set null' }),
  ...limits.counts(t, 'documents', { deletedAt: null }),
  ...audited(t, { exclude: ['updatedAt', 'content'] }),
  index('documents_project_idx').on(t.tenantId, t.projectId, t.title),
  uniqueIndex('documents_title_key')
    .on(t.tenantId, t.projectId, t.title)
    .where(isLive(t.deletedAt)),
]);
