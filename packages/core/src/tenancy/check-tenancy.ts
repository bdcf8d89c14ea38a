import { check, typeName } from '../errors/index.ts';
import type { Tenancy } from './tenancy.ts';

/**
 * Checks that an argument is a tenancy.
 * @param where the function for errors: `defineRbac`
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkTenancy(tenancy: unknown, where: string): asserts tenancy is Tenancy {
  check(
    typeof (tenancy as Partial<Tenancy> | null | undefined)?.parseId === 'function',
    `tenancy of ${where} of type ${typeName(tenancy)}`,
    'Pass what defineTenancy returns.',
  );
}
