import { parseArgs } from 'node:util';
import { openDatabase } from './database.ts';
import { businesses } from './schema/index.ts';
import { tenancy } from './tenancy.ts';
import { rewrapDataKeys } from './vault/rewrap.ts';
import { rotateDataKey } from './vault/rotation.ts';
import { readWrappingKeys } from './vault/wrapping-keys.ts';

// npm run rotate-vault                       a new data key for every business
// npm run rotate-vault -- --business <id>    for one
// npm run rotate-vault -- --wrapping         wraps all data keys with the first key of VAULT_KEYS
//
// It may be killed and started again; the application serves meanwhile. Exit 1 when a secret does not decrypt.
// To replace a wrapping key without a pause: append the new key to VAULT_KEYS in every process, then move it to
// the front, run this with --wrapping, and take the former key out.

const { values } = parseArgs({
  options: {
    business: { type: 'string' },
    wrapping: { type: 'boolean', default: false },
    batch: { type: 'string', default: '100' },
  },
});
const keys = readWrappingKeys(process.env.VAULT_KEYS);
const { db, pool } = openDatabase({
  url: process.env.DATABASE_URL ?? '',
  systemUrl: process.env.DATABASE_URL_SYSTEM ?? '',
});
const say = (line: string) => process.stdout.write(`${line}\n`);

async function rotate(businessId: string): Promise<void> {
  const { version, items, unreadable } = await rotateDataKey(db, keys, businessId, {
    batch: Number(values.batch),
    onProgress: ({ items, left }) => say(`${businessId}: ${items - left} of ${items}`),
  });
  say(`${businessId}: key ${version} for ${items} items`);
  if (unreadable.length === 0) return;
  say(`${businessId}: does not decrypt, so its key is kept: ${unreadable.join(', ')}`);
  process.exitCode = 1;
}

async function ofAll(): Promise<string[]> {
  if (values.business !== undefined) return [values.business];
  return (await db.select({ id: businesses.id }).from(businesses)).map(({ id }) => id);
}

try {
  await tenancy.asSystem({ reason: 'rotate-vault', actor: 'operator', write: true }, async () => {
    if (values.wrapping) await rewrapDataKeys(db, keys, (left) => say(`${left} keys left`));
    else for (const businessId of await ofAll()) await rotate(businessId);
  });
} finally {
  await pool.end();
}
