import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { name, read, readChanges, rowId, text, url } from '../input.ts';
import { vaultCategories, vaultItems } from '../schema/index.ts';

// What is said about a secret. The secret itself is written and read by src/vault/items.ts.

type Db = Database['db'];

const values = z.strictObject({
  name: name(),
  category: z.enum(vaultCategories),
  notes: text(5000).optional(),
  url: url.nullish(),
  clientId: rowId.nullish(),
  projectId: rowId.nullish(),
});
const newItem = values.extend({ secret: z.string() });

/**
 * A new item as a form sends it, checked but for the secret, which `createVaultItem` checks.
 * @throws TenantryError `REQUEST_INVALID`
 */
export const readVaultItem = (input: unknown): z.infer<typeof newItem> => read(newItem, input);

/**
 * Changes what is said about a secret.
 * @returns false when there is no such item
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updateVaultItem(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(vaultItems).set(changes).where(eq(vaultItems.id, id));
  return rowCount === 1;
}

/** @returns false when there is no such item */
export async function deleteVaultItem(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(vaultItems).where(eq(vaultItems.id, id));
  return rowCount === 1;
}
