import { type TenantPool, TenantryError } from '@tenantry/core';
import { tenancy } from './tenancy.ts';

/** What every job carries: its data, and the signed scope that it was enqueued in. */
export interface Job<D extends object> {
  readonly token: string;
  readonly data: D;
}

/** A job of the running scope: its tenant and its user. */
export const jobOf = <D extends object>(data: D): Job<D> => ({ token: tenancy.capture(), data });

/** A key of the running tenant: the queue compares keys across all tenants. */
export const keyOf = (key: string): string => `${tenancy.current().organizationId}:${key}`;

/**
 * Runs a job in the scope that it carries. The database checks the membership again: the job of a member
 * who has left, or of a tenant that is gone, does nothing, and no retry would change that.
 */
export async function runJob<D extends object>(
  pool: TenantPool,
  job: Job<D>,
  work: (data: D) => Promise<void>,
): Promise<'done' | 'gone'> {
  let entered = false;
  try {
    await pool.resume(job.token, () => {
      entered = true;
      return work(job.data);
    });
    return 'done';
  } catch (error) {
    const gone = TenantryError.is(error) && error.code === 'TENANT_NOT_FOUND';
    if (entered || !gone) throw error;
    return 'gone';
  }
}
