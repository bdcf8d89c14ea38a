import { TenantryError } from '@tenantry/core';
import { eq } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { vaultItems, vaultKeys } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import { withCurrentKey, wrappedKeyColumns } from './data-keys.ts';
import { openSecret, sealSecret } from './secret.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

type Db = Database['db'];
type Row = typeof vaultItems.$inferInsert;

/** What can be said of an item without its key. */
export type VaultItemValues = Pick<Row, 'name' | 'category'> &
  Partial<Pick<Row, 'notes' | 'url' | 'clientId' | 'projectId'>>;

/**
 * Puts a secret into the vault of the current business.
 * @returns the id of the item
 * @throws TenantryError `VAULT_SECRET_INVALID`, `LIMIT_REACHED`
 */
export async function createVaultItem(
  db: Db,
  keys: WrappingKeys,
  { secret, ...values }: VaultItemValues & { readonly secret: string },
): Promise<string> {
  const id = newId();
  const tenant = tenancy.current().businessId;
  await withCurrentKey(db, keys, ({ key, version: keyVersion }) => {
    const encryptedValue = sealSecret(key, secret, { tenant, item: id, keyVersion });
    return db.insert(vaultItems).values({ ...values, id, encryptedValue, keyVersion });
  });
  return id;
}

/**
 * Replaces the secret of an item.
 * @returns false when there is no such item
 * @throws TenantryError `VAULT_SECRET_INVALID`
 */
export async function changeSecret(
  db: Db,
  keys: WrappingKeys,
  id: string,
  secret: string,
): Promise<boolean> {
  const tenant = tenancy.current().businessId;
  return withCurrentKey(db, keys, async ({ key, version: keyVersion }) => {
    const encryptedValue = sealSecret(key, secret, { tenant, item: id, keyVersion });
    const { rowCount } = await db
      .update(vaultItems)
      .set({ encryptedValue, keyVersion })
      .where(eq(vaultItems.id, id));
    return rowCount === 1;
  });
}

/**
 * Decrypts a secret for the current user. The entry in the audit log is in the transaction that reads it, and
 * is committed before the secret leaves; without an entry there is no secret.
 * @returns undefined when there is no such item
 * @throws TenantryError `VAULT_UNREADABLE`, which has an entry too, and `VAULT_KEY_MISSING`
 */
export async function reveal(db: Db, keys: WrappingKeys, id: string): Promise<string | undefined> {
  const outcome = await db.transaction(async (tx) => {
    const [row] = await tx
      .select({ item: vaultItems, key: wrappedKeyColumns })
      .from(vaultItems)
      .innerJoin(vaultKeys, eq(vaultKeys.version, vaultItems.keyVersion))
      .where(eq(vaultItems.id, id));
    if (row === undefined) return undefined;
    const { name, category, encryptedValue, keyVersion } = row.item;
    const place = { tenant: row.key.tenant, item: id, keyVersion };
    const opened = attempt(() => openSecret(keys.unwrap(row.key), encryptedValue, place));
    await audit.log(tx, 'error' in opened ? 'vault.unreadable' : 'vault.revealed', {
      resource: ['vault_item', id],
      metadata: { name, category },
    });
    return opened;
  });
  if (outcome !== undefined && 'error' in outcome) throw outcome.error;
  return outcome?.secret;
}

/** The secret, or why there is none: thrown inside, it would take back the entry of the failure. */
function attempt(open: () => string): { secret: string } | { error: TenantryError } {
  try {
    return { secret: open() };
  } catch (error) {
    if (TenantryError.is(error)) return { error };
    throw error;
  }
}
