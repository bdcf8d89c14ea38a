import { sharedTenantPool } from '@tenantry/core/next';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from '../src/schema/index.ts';
import { tenancy } from '../src/tenancy.ts';
import { readWrappingKeys, type WrappingKeys } from '../src/vault/wrapping-keys.ts';

/** One pool for all bundles of the process. */
export const pool = sharedTenantPool(tenancy, {
  connectionString: process.env.DATABASE_URL,
  system: { connectionString: process.env.DATABASE_URL_SYSTEM },
});
export const db = drizzle(pool, { schema });

let keys: WrappingKeys | undefined;

/** The keys of the vault: read when they are needed, because `next build` has none. */
export const vaultKeys = (): WrappingKeys => {
  keys ??= readWrappingKeys(process.env.VAULT_KEYS);
  return keys;
};
