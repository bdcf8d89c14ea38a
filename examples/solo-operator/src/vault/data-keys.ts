import type { KeyObject } from 'node:crypto';
import { databaseErrorOf } from '@tenantry/core/adapter';
import { desc } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { vaultKeys } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import type { WrappedKey, WrappingKeys } from './wrapping-keys.ts';

/** The key of a business that encrypts, unwrapped. */
export interface DataKey {
  readonly version: number;
  readonly key: KeyObject;
}

type Db = Database['db'];

/** The columns of a wrapped key, as {@link WrappedKey} calls them. */
export const wrappedKeyColumns = {
  tenant: vaultKeys.businessId,
  version: vaultKeys.version,
  wrappedBy: vaultKeys.wrappedBy,
  wrappedKey: vaultKeys.wrappedKey,
};

/**
 * Writes with the current key of the business. A rotation may take that key away between the two: the foreign
 * key then refuses the row, and it is written again with the new key.
 * @param write encrypts and writes, in one statement
 */
export async function withCurrentKey<T>(
  db: Db,
  keys: WrappingKeys,
  write: (current: DataKey) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const wrapped = (await newestKey(db)) ?? (await firstKey(db, keys));
    try {
      return await write({ version: wrapped.version, key: keys.unwrap(wrapped) });
    } catch (error) {
      if (attempt === 3 || !lacksKey(error)) throw error;
    }
  }
}

async function newestKey(db: Db): Promise<WrappedKey | undefined> {
  const newest = desc(vaultKeys.version);
  const [key] = await db.select(wrappedKeyColumns).from(vaultKeys).orderBy(newest).limit(1);
  return key;
}

/** Makes the first key of the business, unless another request is faster. */
async function firstKey(db: Db, keys: WrappingKeys): Promise<WrappedKey> {
  const { version, wrappedBy, wrappedKey } = keys.create(tenancy.current().businessId, 1);
  await db.insert(vaultKeys).values({ version, wrappedBy, wrappedKey }).onConflictDoNothing();
  return (await newestKey(db)) as WrappedKey;
}

/** Whether a row was refused because its key is gone. */
export function lacksKey(error: unknown): boolean {
  const known = databaseErrorOf(error);
  return (
    known?.code === 'REFERENCE_CONFLICT' &&
    known.details.constraint === 'vault_items_key_version_fk'
  );
}
