import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { name, read, readChanges, refused, rowId, text, url } from '../input.ts';
import { contentItems, contentStatuses, contentTypes } from '../schema/index.ts';

type Db = Database['db'];

const values = z.strictObject({
  title: name(300),
  type: z.enum(contentTypes).optional(),
  channel: text(200).optional(),
  status: z.enum(contentStatuses).optional(),
  /** In UTC, as a form has it: 2026-11-03T09:30. */
  scheduledFor: z.iso
    .datetime({ local: true })
    .transform((time) => new Date(time.endsWith('Z') ? time : `${time}Z`))
    .nullish(),
  url: url.nullish(),
  notes: text(10_000).optional(),
  clientId: rowId.nullish(),
  projectId: rowId.nullish(),
});

/**
 * Plans something to write or to film.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`, also when it is scheduled and has no time
 */
export async function createContent(db: Db, input: unknown): Promise<string> {
  const given = read(values, input);
  if (given.status === 'scheduled' && given.scheduledFor == null) throw noTime();
  const id = newId();
  await db.insert(contentItems).values({ ...given, id });
  return id;
}

/**
 * Changes it.
 * @returns false when there is no such item
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updateContent(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  return db.transaction(async (tx) => {
    const [item] = await tx
      .select()
      .from(contentItems)
      .where(eq(contentItems.id, id))
      .for('update');
    if (item === undefined) return false;
    const { status, scheduledFor } = { ...item, ...changes };
    if (status === 'scheduled' && scheduledFor == null) throw noTime();
    await tx.update(contentItems).set(changes).where(eq(contentItems.id, id));
    return true;
  });
}

const noTime = () => refused('scheduledFor', 'what is scheduled has a time');
