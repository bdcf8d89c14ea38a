import type { Tenancy } from '@tenantry/core';
import { bringPerson } from '@tenantry/core/scope';
import type { Queryable } from '@tenantry/core/sql';

/** A write that refers to a user, for a tenant. */
interface Referring {
  readonly db: Queryable;
  readonly tenancy: Tenancy;
  readonly tenant: string;
  readonly user: string;
}

/**
 * Runs a write that refers to a user. A tenant with a place of its own may not have the row of this user there:
 * it is copied from the shared tables then, and the write is run once more.
 */
export async function withPerson<R>(
  { db, tenancy, tenant, user }: Referring,
  write: () => Promise<R>,
): Promise<R> {
  try {
    return await write();
  } catch (error) {
    if (!lacksRow(error) || !(await bringPerson(tenancy, { db, tenant, user }))) throw error;
    return write();
  }
}

/** Whether a key leads nowhere: the error itself has a code of ours. */
function lacksRow(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ((each as { code?: unknown }).code === '23503') return true;
  }
  return false;
}
