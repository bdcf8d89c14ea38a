import { audited } from '@tenantry/audit-log';
import type { ColumnLike } from '@tenantry/rls';
import {
  type ForeignKeyBuilder,
  foreignKey,
  index,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { rbac } from '../rbac.ts';
import { reference, tenancy } from '../tenancy.ts';
import { deletion, isAtHand, isLive } from './deletion.ts';
import { access, documentColumns, projectColumns } from './parts.ts';
import { tenants, users } from './people.ts';

const ownTrash = (t: { readonly id: ColumnLike; readonly deletedAt: ColumnLike }) =>
  isAtHand(t.deletedAt, { of: t.id, resource: 'workspaces' });

/** A workspace of a tenant. Whoever has a role for it, or for the tenant, sees it. */
export const workspaces = pgTable(
  'workspaces',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    slug: text().notNull(),
    ...deletion(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: { permission: 'workspaces:read', of: t.id, where: ownTrash(t) },
      write: {
        insert: 'workspaces:create',
        update: { permission: 'workspaces:update', of: t.id, where: ownTrash(t) },
        delete: 'workspaces:delete',
      },
    }),
    ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
    ...audited(t, { exclude: ['updatedAt'] }),
    // the slug of a workspace in the trash is free
    uniqueIndex('workspaces_slug_key').on(t.tenantId, t.slug).where(isLive(t.deletedAt)),
  ],
);

/** A project of a workspace. A role for the workspace holds for its projects. */
export const projects = pgTable(
  'projects',
  { ...projectColumns(), workspaceId: uuid('workspace_id').notNull() },
  (t) => [
    ...rbac.isolate(t, access('projects', t, { of: t.workspaceId, resource: 'workspaces' })),
    ...reference(t, { column: t.workspaceId, to: () => workspaces, onDelete: 'cascade' }),
    ...limits.counts(t, 'projects', { deletedAt: null }),
    ...audited(t, { exclude: ['updatedAt'] }),
    uniqueIndex('projects_name_key')
      .on(t.tenantId, t.workspaceId, t.name)
      .where(isLive(t.deletedAt)),
    // what the documents reference: their workspace is that of their project
    unique('projects_workspace_key').on(t.tenantId, t.workspaceId, t.id),
  ],
);

/** Citus has no ON UPDATE CASCADE for a key with the tenant: `setup/on-cluster.sql` has a trigger instead. */
const followsOnOneServer = (key: ForeignKeyBuilder) =>
  tenancy.dialect === 'citus' ? key : key.onUpdate('cascade');

/**
 * A document of a project, partitioned by the hash of the tenant: see `drizzle/0001_tables.sql`. It
 * carries its workspace, so that one look at a row says who may read it; the key to the project keeps
 * the two in step, also when a project moves to another workspace.
 */
export const documents = pgTable(
  'documents',
  { ...documentColumns(), workspaceId: uuid('workspace_id').notNull() },
  (t) => [
    ...rbac.isolate(t, access('documents', t, { of: t.workspaceId, resource: 'workspaces' })),
    followsOnOneServer(
      foreignKey({
        name: 'documents_project_fkey',
        columns: [t.tenantId, t.workspaceId, t.projectId],
        foreignColumns: [projects.tenantId, projects.workspaceId, projects.id],
      }).onDelete('cascade'),
    ),
    ...reference(t, { column: t.authorId, to: () => users, onDelete: 'set null' }),
    ...limits.counts(t, 'documents', { deletedAt: null }),
    ...audited(t, { exclude: ['updatedAt', 'content'] }),
    index('documents_project_idx').on(t.tenantId, t.workspaceId, t.projectId, t.title),
    uniqueIndex('documents_title_key')
      .on(t.tenantId, t.projectId, t.title)
      .where(isLive(t.deletedAt)),
  ],
);
