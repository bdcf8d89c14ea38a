import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { name, read, readChanges } from '../input.ts';
import { categories, personalTasks, priorities } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';

type Db = Database['db'];

const values = z.strictObject({
  title: name(),
  completed: z.boolean().optional(),
  isToday: z.boolean().optional(),
  category: z.enum(categories).optional(),
  priority: z.enum(priorities).optional(),
});

/**
 * Notes something that the current user has to do.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function createPersonalTask(db: Db, input: unknown): Promise<string> {
  const id = newId();
  const userId = tenancy.current().user ?? '';
  await db.insert(personalTasks).values({ ...read(values, input), id, userId });
  return id;
}

/**
 * Changes a task of the current user.
 * @returns false when the user has no such task
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updatePersonalTask(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(personalTasks).set(changes).where(eq(personalTasks.id, id));
  return rowCount === 1;
}

/** @returns false when the user has no such task */
export async function deletePersonalTask(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(personalTasks).where(eq(personalTasks.id, id));
  return rowCount === 1;
}
