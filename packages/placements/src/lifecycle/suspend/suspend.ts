import { callFunction, type Queryable, textInSchema } from '@tenantry/core/sql';
import type { AtPlace } from '../at-place.ts';

/**
 * Suspends a tenant, and returns when none of its transactions is running any more. When it was interrupted,
 * the same call finishes it.
 */
export async function suspend(
  db: Queryable,
  tenant: string,
  reason: string,
  { schema, at }: { readonly schema: string; readonly at: AtPlace },
): Promise<void> {
  const place = await callFunction<string | null>(db, 'suspend_tenant', [tenant, reason]);
  await callFunction<void>(db, 'fence_tenant', [tenant]);
  if (place === null) return;
  await at(place, async (client) => {
    await client.query(textInSchema(schema, 'select tenantry.fence_tenant($1)'), [tenant]);
  });
}

/** Takes a suspension back. @returns whether there was one */
export const restore = (db: Queryable, tenant: string): Promise<boolean> =>
  callFunction<boolean>(db, 'restore_tenant', [tenant]);
