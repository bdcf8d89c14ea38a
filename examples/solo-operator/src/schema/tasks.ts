import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { isolate, reference } from '../tenancy.ts';
import { projects } from './clients.ts';
import { common, day, oneOf } from './parts.ts';
import { businesses, memberships } from './people.ts';

export const taskStatuses = ['todo', 'in_progress', 'done'] as const;
export const priorities = ['low', 'medium', 'high'] as const;
export const categories = ['work', 'personal', 'finance', 'health', 'learning'] as const;

/** A column of a project's Kanban board. Its status says what standing in it means. */
export const boardColumns = pgTable(
  'board_columns',
  {
    ...common(),
    projectId: text('project_id').notNull(),
    name: text().notNull(),
    status: text({ enum: taskStatuses }).notNull(),
    /** From 1, in the order of the board. */
    position: integer().notNull(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
    oneOf('board_columns_status_known', t.status, taskStatuses),
    // what tasks reference: a task stands on the board of its own project
    unique('board_columns_project_key').on(t.businessId, t.projectId, t.id),
  ],
);

/** A task of a project: it goes with the project, and keeps its column from being deleted. */
export const tasks = pgTable(
  'tasks',
  {
    ...common(),
    projectId: text('project_id').notNull(),
    columnId: text('column_id').notNull(),
    title: text().notNull(),
    priority: text({ enum: priorities }).notNull().default('medium'),
    dueOn: day('due_on'),
    /** From 1, in the order of the column. */
    position: integer().notNull(),
    notes: text().notNull().default(''),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
    // a column is kept while tasks stand in it; with the whole project both go
    ...reference(t, {
      column: [t.projectId, t.columnId],
      to: () => boardColumns,
      property: ['projectId', 'id'],
    }),
    oneOf('tasks_priority_known', t.priority, priorities),
    index('tasks_column_idx').on(t.businessId, t.columnId, t.position),
  ],
);

/** The user of the running scope. */
const me = sql`(select tenantry.current_actor() ->> 'user')`;

/** What a person has to do, today or some day. Colleagues do not see it, and it goes with the person. */
export const personalTasks = pgTable(
  'personal_tasks',
  {
    ...common(),
    userId: text('user_id').notNull(),
    title: text().notNull(),
    completed: boolean().notNull().default(false),
    isToday: boolean('is_today').notNull().default(false),
    category: text({ enum: categories }).notNull().default('work'),
    priority: text({ enum: priorities }).notNull().default('medium'),
  },
  (t) => [
    ...isolate(t, { read: sql`${t.userId} = ${me}`, write: sql`${t.userId} = ${me}` }),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, {
      column: t.userId,
      to: () => memberships,
      property: 'userId',
      onDelete: 'cascade',
    }),
    oneOf('personal_tasks_category_known', t.category, categories),
    oneOf('personal_tasks_priority_known', t.priority, priorities),
  ],
);
