import { check, typeName } from '../errors/index.ts';
import type { EntryPool } from './entry-pool.ts';

/**
 * Checks that an argument is a tenant pool.
 * @param where the function for errors: `startUpkeep`
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkPool(pool: unknown, where: string): asserts pool is EntryPool {
  check(
    typeof (pool as Partial<EntryPool> | null | undefined)?.tenancy?.parseId === 'function',
    `pool of ${where} of type ${typeName(pool)}`,
    'Pass what createTenantPool returns.',
  );
}
