import type { Tenancy } from '@tenantry/core';
import { callFunction, type Queryable, requiredTenant } from '@tenantry/core/sql';

/** Gives a place to a tenant without rows, in two transactions. */
export async function place(
  db: Queryable,
  tenancy: Tenancy,
  placing: { readonly place: string },
): Promise<void> {
  const tenant = requiredTenant(tenancy, placing);
  await callFunction<void>(db, 'begin_placing', [tenant]);
  try {
    await callFunction<void>(db, 'place_tenant', [tenant, placing.place]);
  } catch (error) {
    // a tenant that is said to be moving costs every process a question for each statement
    await callFunction<void>(db, 'end_placing', [tenant]).catch(() => {});
    throw error;
  }
}
