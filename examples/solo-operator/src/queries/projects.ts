import { asc, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { boardColumns, clients, projects, tasks } from '../schema/index.ts';

/** The projects of the current business, with the names of their clients. */
export const listProjects = (db: Database['db']) =>
  db
    .select({ ...getTableColumns(projects), clientName: clients.name })
    .from(projects)
    .leftJoin(clients, eq(clients.id, projects.clientId))
    .orderBy(asc(projects.name));

/**
 * The Kanban board of a project: its columns in order, and in each its tasks in order. One round trip.
 * @returns undefined when the business has no such project
 */
export async function projectBoard(db: Database['db'], id: string) {
  const [[project], columns, cards] = await db.$client.batch(() => [
    db.select().from(projects).where(eq(projects.id, id)),
    db
      .select()
      .from(boardColumns)
      .where(eq(boardColumns.projectId, id))
      .orderBy(asc(boardColumns.position), asc(boardColumns.id)),
    db
      .select()
      .from(tasks)
      .where(eq(tasks.projectId, id))
      .orderBy(asc(tasks.position), asc(tasks.id)),
  ]);
  if (project === undefined) return undefined;
  return {
    project,
    columns: columns.map((column) => ({
      ...column,
      tasks: cards.filter(({ columnId }) => columnId === column.id),
    })),
  };
}
