import type { ColumnLike } from '@tenantry/rls';
import { jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { tenancy } from '../tenancy.ts';
import { deletion, isAtHand, type RoleScope } from './deletion.ts';

// What projects and documents are, with workspaces (content.ts) and without (lite-content.ts).

export const projectColumns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
  ...deletion(),
  ...tenancy.columns.timestamps(),
});

export const documentColumns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  projectId: uuid('project_id').notNull(),
  authorId: uuid('author_id'),
  title: text().notNull(),
  content: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  ...deletion(),
  ...tenancy.columns.timestamps(),
});

/** Who reads and writes rows: by permission for the tenant or the resource, and only what is at hand. */
export function access<W extends 'projects' | 'documents'>(
  what: W,
  { deletedAt }: { readonly deletedAt: ColumnLike },
  scope: RoleScope,
) {
  const where = isAtHand(deletedAt, scope);
  return {
    read: { permission: `${what}:read`, ...scope, where },
    write: {
      insert: { permission: `${what}:create`, ...scope },
      update: { permission: `${what}:update`, ...scope, where },
      delete: { permission: `${what}:delete`, ...scope },
    },
  } as const;
}
