import { asc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { name, read, rowId } from '../input.ts';
import { boardColumns, projects, taskStatuses } from '../schema/index.ts';

type Db = Database['db'];
type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

const newColumn = z.strictObject({
  projectId: rowId,
  name: name(100),
  status: z.enum(taskStatuses),
});

/** Whoever moves something on the board of a project waits for others who do. */
export const lockBoard = (tx: Tx, projectId: string) =>
  tx
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.id, projectId))
    .for('no key update');

/**
 * Adds a column at the end of a board.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function createColumn(db: Db, input: unknown): Promise<string> {
  const column = read(newColumn, input);
  const id = newId();
  await db.transaction(async (tx) => {
    await lockBoard(tx, column.projectId);
    const last = sql<number>`(select coalesce(max(${boardColumns.position}), 0) + 1 from ${boardColumns} where ${eq(boardColumns.projectId, column.projectId)})`;
    await tx.insert(boardColumns).values({ ...column, id, position: last });
  });
  return id;
}

/**
 * Moves a column of a board.
 * @param position from 1
 * @returns false when there is no such column
 */
export async function moveColumn(db: Db, id: string, position: number): Promise<boolean> {
  const place = read(z.int().min(1), position);
  return db.transaction(async (tx) => {
    const [column] = await tx.select().from(boardColumns).where(eq(boardColumns.id, id));
    if (column === undefined) return false;
    await lockBoard(tx, column.projectId);
    const all = await tx
      .select({ id: boardColumns.id })
      .from(boardColumns)
      .where(eq(boardColumns.projectId, column.projectId))
      .orderBy(asc(boardColumns.position), asc(boardColumns.id));
    const others = all.map((each) => each.id).filter((each) => each !== id);
    await tx.execute(sql`
      update ${boardColumns} c set position = o.position, updated_at = now()
        from unnest(${sql.param(others.toSpliced(place - 1, 0, id))}::text[]) with ordinality o (id, position)
        where c.id = o.id and c.position is distinct from o.position`);
    return true;
  });
}

/**
 * Deletes a column. One in which tasks stand is kept, by their foreign key: `REFERENCE_CONFLICT`.
 * @returns false when there is no such column
 */
export async function deleteColumn(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(boardColumns).where(eq(boardColumns.id, id));
  return rowCount === 1;
}
