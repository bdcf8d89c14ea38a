import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { amount, currency, day, name, read, readChanges, rowId, text, url } from '../input.ts';
import { getSettings } from '../queries/settings.ts';
import { boardColumns, projectStatuses, projects, projectTypes } from '../schema/index.ts';

type Db = Database['db'];

const values = z.strictObject({
  name: name(),
  clientId: rowId.nullish(),
  type: z.enum(projectTypes).optional(),
  status: z.enum(projectStatuses).optional(),
  currency: currency.optional(),
  budget: amount.nullish(),
  advanceReceived: amount.optional(),
  deadline: day.nullish(),
  githubUrl: url.nullish(),
  notes: text(10_000).optional(),
});

/** The board that a project begins with. */
const firstColumns = [
  { name: 'To do', status: 'todo', position: 1 },
  { name: 'In progress', status: 'in_progress', position: 2 },
  { name: 'Done', status: 'done', position: 3 },
] as const;

/**
 * Begins a project, with an empty board. Without a currency it has that of the business.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`, `LIMIT_REACHED`
 */
export async function createProject(db: Db, input: unknown): Promise<string> {
  const given = read(values, input);
  const id = newId();
  const used = given.currency ?? (await getSettings(db)).currency;
  await db.transaction(async (tx) => {
    await tx.insert(projects).values({ ...given, id, currency: used });
    await tx.insert(boardColumns).values(firstColumns.map((each) => ({ ...each, projectId: id })));
  });
  return id;
}

/**
 * Changes a project.
 * @returns false when there is no such project
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updateProject(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(projects).set(changes).where(eq(projects.id, id));
  return rowCount === 1;
}

/**
 * Deletes a project with its board and its tasks. Its invoices, transactions and secrets stay.
 * @returns false when there is no such project
 */
export async function deleteProject(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(projects).where(eq(projects.id, id));
  return rowCount === 1;
}
