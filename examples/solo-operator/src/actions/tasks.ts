import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { day, name, read, readChanges, rowId, text } from '../input.ts';
import { boardColumns, priorities, tasks } from '../schema/index.ts';
import { lockBoard } from './board.ts';

type Db = Database['db'];

const values = z.strictObject({
  title: name(),
  priority: z.enum(priorities).optional(),
  dueOn: day.nullish(),
  notes: text(10_000).optional(),
});
const newTask = values.extend({ projectId: rowId, columnId: rowId });
const target = z.strictObject({ columnId: rowId, position: z.int().min(1).optional() });

/**
 * Adds a task at the end of a column.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`; a column that is not on the board of the project is refused by
 *   its foreign key, as `REFERENCE_CONFLICT`
 */
export async function createTask(db: Db, input: unknown): Promise<string> {
  const task = read(newTask, input);
  const id = newId();
  await db.transaction(async (tx) => {
    await lockBoard(tx, task.projectId);
    const last = sql<number>`(select coalesce(max(${tasks.position}), 0) + 1 from ${tasks} where ${eq(tasks.columnId, task.columnId)})`;
    await tx.insert(tasks).values({ ...task, id, position: last });
  });
  return id;
}

/**
 * Changes a task; `moveTask` moves it.
 * @returns false when there is no such task
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updateTask(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(tasks).set(changes).where(eq(tasks.id, id));
  return rowCount === 1;
}

/** @returns false when there is no such task */
export async function deleteTask(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(tasks).where(eq(tasks.id, id));
  return rowCount === 1;
}

/**
 * Moves a task to a place in a column of its board; without a position to the end. Moves on one board wait
 * for each other, so no two tasks get one place.
 * @param id the task
 * @param input the column, and the position from 1
 * @returns false when there is no such task, or no such column on its board
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function moveTask(db: Db, id: string, input: unknown): Promise<boolean> {
  const { columnId, position = Number.MAX_SAFE_INTEGER } = read(target, input);
  return db.transaction(async (tx) => {
    const [task] = await tx
      .select({ projectId: tasks.projectId })
      .from(tasks)
      .innerJoin(
        boardColumns,
        and(eq(boardColumns.projectId, tasks.projectId), eq(boardColumns.id, columnId)),
      )
      .where(eq(tasks.id, id));
    if (task === undefined) return false;
    await lockBoard(tx, task.projectId);
    const others = await tx
      .select({ id: tasks.id })
      .from(tasks)
      .where(and(eq(tasks.columnId, columnId), ne(tasks.id, id)))
      .orderBy(asc(tasks.position), asc(tasks.id));
    const order = others.map((each) => each.id).toSpliced(position - 1, 0, id);
    await tx.execute(sql`
      update ${tasks} t set column_id = ${columnId}, position = o.position, updated_at = now()
        from unnest(${sql.param(order)}::text[]) with ordinality o (id, position)
        where t.id = o.id and (t.column_id, t.position) is distinct from (${columnId}, o.position)`);
    return true;
  });
}
