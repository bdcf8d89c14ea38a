import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { name, read, readChanges, text } from '../input.ts';
import { clientStatuses, clients } from '../schema/index.ts';

type Db = Database['db'];

const values = z.strictObject({
  name: name(),
  email: z.email().max(254).nullish(),
  phone: text(50).nullish(),
  company: text(200).nullish(),
  status: z.enum(clientStatuses).optional(),
  notes: text(10_000).optional(),
});

/**
 * Adds a client to the current business.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`; `LIMIT_REACHED` for an active one beyond the plan
 */
export async function createClient(db: Db, input: unknown): Promise<string> {
  const id = newId();
  await db.insert(clients).values({ ...read(values, input), id });
  return id;
}

/**
 * Changes a client. One that becomes active counts for the plan, as a new one does.
 * @returns false when there is no such client
 * @throws TenantryError `REQUEST_INVALID`, `LIMIT_REACHED`
 */
export async function updateClient(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(clients).set(changes).where(eq(clients.id, id));
  return rowCount === 1;
}

/**
 * Deletes a client. Projects, invoices, transactions, secrets and assets of the client stay, without it.
 * @returns false when there is no such client
 */
export async function deleteClient(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(clients).where(eq(clients.id, id));
  return rowCount === 1;
}
