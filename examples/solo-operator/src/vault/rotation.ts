import type { KeyObject } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { vaultItems, vaultKeys } from '../schema/index.ts';
import { lacksKey, wrappedKeyColumns } from './data-keys.ts';
import { openSecret, sealSecret } from './secret.ts';
import type { WrappedKey, WrappingKeys } from './wrapping-keys.ts';

// The rotation of a data key. Where it stands is in the rows themselves: each names the version of its key.
// So it may be killed at any time, and whoever starts it again goes on where it was. Reads and writes go on
// meanwhile: a reader takes the key that the row names, a writer the newest one.

type Db = Database['db'];

/** Where a rotation stands. */
export interface RotationProgress {
  /** The version that new secrets are encrypted with; 0 when the business has no key yet. */
  readonly version: number;
  /** Items in the vault. */
  readonly items: number;
  /** Those that an older key still encrypts. */
  readonly left: number;
  /** Older keys that are kept, for these. */
  readonly olderKeys: number;
}

/** How a rotation ended. */
export interface RotationResult extends RotationProgress {
  /** Ids of items that do not decrypt. They stay as they are, and their key stays with them. */
  readonly unreadable: readonly string[];
}

export interface RotationOptions {
  /** Items in one transaction. Default: 100. */
  readonly batch?: number;
  /** Called after each batch. Default: none. */
  readonly onProgress?: (progress: RotationProgress) => void;
  /** Ends the rotation after the batch that runs. Default: none. */
  readonly signal?: AbortSignal;
}

/** Where the rotation of a business stands, in one round trip. In a system scope. */
export async function rotationProgress(db: Db, businessId: string): Promise<RotationProgress> {
  const { rows } = await db.execute<Record<keyof RotationProgress, number>>(sql`
    select coalesce(max(k.version), 0)::int as version,
           greatest(count(*) - 1, 0)::int as "olderKeys",
           (select count(*) from ${vaultItems} i where i.business_id = ${businessId})::int as items,
           (select count(*) from ${vaultItems} i
             where i.business_id = ${businessId} and i.key_version < max(k.version))::int as left
      from ${vaultKeys} k where k.business_id = ${businessId}`);
  return rows[0] as RotationProgress;
}

/**
 * Gives a business a new data key, encrypts its secrets with it, and deletes the old key. A rotation that was
 * interrupted is brought to its end instead. In a system scope that may write.
 * @throws TenantryError `VAULT_KEY_MISSING`
 */
export async function rotateDataKey(
  db: Db,
  keys: WrappingKeys,
  businessId: string,
  { batch = 100, onProgress, signal }: RotationOptions = {},
): Promise<RotationResult> {
  let progress = await rotationProgress(db, businessId);
  if (progress.version > 0 && progress.olderKeys === 0) {
    const { version, wrappedBy, wrappedKey } = keys.create(businessId, progress.version + 1);
    const key = { businessId, version, wrappedBy, wrappedKey };
    await db.insert(vaultKeys).values(key).onConflictDoNothing(); // somebody else may rotate it too
    progress = await rotationProgress(db, businessId);
  }
  for (;;) {
    const unreadable: string[] = [];
    for (let after = ''; signal?.aborted !== true; ) {
      const moved = await encryptAnew(db, keys, { businessId, after, batch });
      if (moved === undefined) break;
      unreadable.push(...moved.unreadable);
      after = moved.last;
      progress = await rotationProgress(db, businessId);
      onProgress?.(progress);
    }
    const isStuck = signal?.aborted === true || unreadable.length > 0;
    if (isStuck || progress.olderKeys === 0 || (await deleteOldKeys(db, businessId, progress)))
      return { ...(await rotationProgress(db, businessId)), unreadable };
  }
}

interface Batch {
  readonly businessId: string;
  readonly after: string;
  readonly batch: number;
}

/** Encrypts the next items anew, in one transaction that locks them; undefined when there are none. */
function encryptAnew(db: Db, keys: WrappingKeys, { businessId, after, batch }: Batch) {
  return db.transaction(async (tx) => {
    const wrapped = await tx
      .select(wrappedKeyColumns)
      .from(vaultKeys)
      .where(eq(vaultKeys.businessId, businessId))
      .orderBy(desc(vaultKeys.version));
    const [newest] = wrapped;
    if (newest === undefined) return undefined;
    const isNext = and(
      eq(vaultItems.businessId, businessId),
      lt(vaultItems.keyVersion, newest.version),
      gt(vaultItems.id, after),
    );
    const rows = await tx
      .select()
      .from(vaultItems)
      .where(isNext)
      .orderBy(asc(vaultItems.id))
      .limit(batch)
      .for('update');
    const last = rows.at(-1)?.id;
    if (last === undefined) return undefined;
    const { sealed, unreadable } = reseal(rows, wrapped, keys);
    await tx.execute(sql`
      update ${vaultItems} i set encrypted_value = n.sealed, key_version = ${newest.version}
        from unnest(${sql.param([...sealed.keys()])}::text[], ${sql.param([...sealed.values()])}::text[])
          as n (id, sealed)
       where i.business_id = ${businessId} and i.id = n.id`);
    return { last, unreadable };
  });
}

type Item = typeof vaultItems.$inferSelect;

function reseal(rows: readonly Item[], wrapped: readonly WrappedKey[], keys: WrappingKeys) {
  const opened = new Map<number, KeyObject>();
  for (const each of wrapped) opened.set(each.version, keys.unwrap(each));
  const version = Math.max(...opened.keys());
  const sealed = new Map<string, string>();
  const unreadable: string[] = [];
  for (const { businessId: tenant, id: item, keyVersion, encryptedValue } of rows) {
    try {
      const place = { tenant, item, keyVersion };
      const secret = openSecret(opened.get(keyVersion) as KeyObject, encryptedValue, place);
      const to = { ...place, keyVersion: version };
      sealed.set(item, sealSecret(opened.get(version) as KeyObject, secret, to));
    } catch (error) {
      if (!TenantryError.is(error, 'VAULT_UNREADABLE')) throw error;
      unreadable.push(item);
    }
  }
  return { sealed, unreadable };
}

/** Deletes the older keys; false when an item that was written meanwhile still needs one. */
async function deleteOldKeys(
  db: Db,
  businessId: string,
  { version, items }: RotationProgress,
): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      const isOlder = and(eq(vaultKeys.businessId, businessId), lt(vaultKeys.version, version));
      const gone = await tx.delete(vaultKeys).where(isOlder).returning();
      if (gone.length === 0) return;
      await audit.log(tx, 'vault.rotated', {
        businessId,
        resource: ['vault_key', String(version)],
        metadata: { from: Math.min(...gone.map((key) => key.version)), to: version, items },
      });
    });
    return true;
  } catch (error) {
    if (lacksKey(error)) return false;
    throw error;
  }
}
