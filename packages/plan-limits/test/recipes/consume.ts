import type { TenantPool } from '@tenantry/core';
import { limits } from '../fixtures/limits.ts';

/** One round trip, exact at any number of callers; a job that is run again counts once. */
export async function countCall(pool: TenantPool, jobId: string) {
  return limits.consume(pool, 'apiCalls', 1, { key: jobId });
}
