import { and, asc, eq, ne } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { vaultKeys } from '../schema/index.ts';
import { wrappedKeyColumns } from './data-keys.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

type Db = Database['db'];

/** How many data keys, of all businesses, a former key of `VAULT_KEYS` still wraps. In a system scope. */
export const keysToRewrap = (db: Db, keys: WrappingKeys): Promise<number> =>
  db.$count(vaultKeys, ne(vaultKeys.wrappedBy, keys.current));

/**
 * Wraps the data keys of all businesses with the first key of `VAULT_KEYS`. No secret is touched. It may be
 * killed and run again; when it has returned, the former key can leave `VAULT_KEYS`. In a system scope that
 * may write.
 * @param onProgress called after each transaction, with the number of keys that are left
 * @param batch data keys in one transaction. Default: 100.
 * @throws TenantryError `VAULT_KEY_MISSING`
 */
export async function rewrapDataKeys(
  db: Db,
  keys: WrappingKeys,
  onProgress?: (left: number) => void,
  batch = 100,
): Promise<void> {
  while ((await rewrapSome(db, keys, batch)) > 0) onProgress?.(await keysToRewrap(db, keys));
}

function rewrapSome(db: Db, keys: WrappingKeys, batch: number): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .select(wrappedKeyColumns)
      .from(vaultKeys)
      .where(ne(vaultKeys.wrappedBy, keys.current))
      .orderBy(asc(vaultKeys.businessId), asc(vaultKeys.version))
      .limit(batch)
      .for('update');
    for (const row of rows) {
      const { tenant, version, wrappedBy, wrappedKey } = keys.rewrap(row);
      const isIt = and(eq(vaultKeys.businessId, tenant), eq(vaultKeys.version, version));
      await tx.update(vaultKeys).set({ wrappedBy, wrappedKey }).where(isIt);
    }
    return rows.length;
  });
}
