import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import {
  boardColumns,
  clients,
  contentItems,
  personalTasks,
  projects,
  tasks,
} from '../schema/index.ts';
import type { Work } from './work.ts';

/** Ids by name. */
export interface Ids {
  readonly clients: Readonly<Record<string, string>>;
  readonly projects: Readonly<Record<string, string>>;
}

const columns = [
  { name: 'To do', status: 'todo' },
  { name: 'In progress', status: 'in_progress' },
  { name: 'Done', status: 'done' },
] as const;

/** The id that somebody has by name; null for nobody. */
export const idIn = (ids: Readonly<Record<string, string>>, name: string | undefined) =>
  name === undefined ? null : (ids[name] as string);

/** Clients, projects with their boards, content, and what a person has to do. In a system scope. */
export async function seedWork(
  db: Database['db'],
  businessId: string,
  userId: string,
  work: Work,
): Promise<Ids> {
  const ids = { clients: {} as Record<string, string>, projects: {} as Record<string, string> };
  for (const client of work.clients) ids.clients[client.name] = newId();
  for (const project of work.projects) ids.projects[project.name] = newId();
  await db
    .insert(clients)
    .values(work.clients.map((each) => ({ ...each, businessId, id: ids.clients[each.name] })));
  for (const { client, tasks: board = {}, ...project } of work.projects) {
    const projectId = ids.projects[project.name] as string;
    const clientId = idIn(ids.clients, client);
    await db.insert(projects).values({ ...project, businessId, clientId, id: projectId });
    const made = columns.map((column, i) => ({
      ...column,
      businessId,
      projectId,
      id: newId(),
      position: i + 1,
    }));
    await db.insert(boardColumns).values(made);
    const cards = made.flatMap(({ name, id: columnId }) =>
      (board[name] ?? []).map((title, i) => ({
        businessId,
        projectId,
        columnId,
        title,
        position: i + 1,
      })),
    );
    if (cards.length > 0) await db.insert(tasks).values(cards);
  }
  for (const { client, project, ...item } of work.content ?? [])
    await db.insert(contentItems).values({
      ...item,
      businessId,
      clientId: idIn(ids.clients, client),
      projectId: idIn(ids.projects, project),
    });
  for (const { client: _, project: __, ...task } of work.personalTasks ?? [])
    await db.insert(personalTasks).values({ ...task, businessId, userId });
  return ids;
}
