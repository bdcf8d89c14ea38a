import type { TenantPool } from '@tenantry/core';
import { limits } from '../fixtures/limits.ts';

/** One round trip, exact at any number of callers, and safe to try again with the same key. */
export async function countCall(pool: TenantPool, requestId: string) {
  return limits.consume(pool, 'apiCalls', 1, { key: requestId });
}
