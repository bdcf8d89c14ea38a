import { date, index, pgEnum, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { rbac } from '../rbac.ts';
import { reference, tenancy } from '../tenancy.ts';
import { organizations } from './organizations.ts';
import { memberships } from './people.ts';

export const taskStatus = pgEnum('task_status', ['open', 'done']);

/** What an organization works on. */
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    description: text().notNull().default(''),
    createdBy: uuid('created_by'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: { permission: 'projects:read', of: t.id },
      write: {
        insert: 'projects:create',
        update: { permission: 'projects:update', of: t.id },
        delete: { permission: 'projects:delete', of: t.id },
      },
    }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, {
      column: t.createdBy,
      to: () => memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    // also the index of the list, which is read in the order of names
    unique('projects_name_key').on(t.organizationId, t.name),
  ],
);

/** The tasks of a project. Project and assignee are of the same organization: the keys say so. */
export const tasks = pgTable(
  'tasks',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    projectId: uuid('project_id').notNull(),
    title: text().notNull(),
    status: taskStatus().notNull().default('open'),
    assigneeId: uuid('assignee_id'),
    dueOn: date('due_on'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: 'tasks:read',
      write: { insert: 'tasks:create', update: 'tasks:update', delete: 'tasks:delete' },
    }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
    ...reference(t, {
      column: t.assigneeId,
      to: () => memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    index('tasks_title_idx').on(t.organizationId, t.title, t.id),
  ],
);
