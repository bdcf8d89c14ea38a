import type { TenantPool } from '@tenantry/core';
import type { AtPlace } from '../at-place.ts';
import type { Session } from '../client.ts';
import { findTenant } from '../find-tenant.ts';
import { placeOf } from '../place-of.ts';
import type { ReadOptions } from './read-tenant.ts';

/**
 * Exports a tenant from where it lives.
 * @param pool in a system scope
 * @param options.tenant its id or a unique name
 * @param write writes it: `exportTenant` or `exportSql`
 */
export async function exportFrom<O extends ReadOptions, R>(
  pool: TenantPool,
  at: AtPlace,
  options: O,
  write: (session: Session, options: O) => Promise<R>,
): Promise<R> {
  const { tenancy } = options;
  const client = await pool.connect();
  try {
    const session = client as Session;
    const tenant = await findTenant(session, tenancy, options.tenant);
    const { place, schema } = await placeOf(session, tenancy, tenant);
    const found = { ...options, tenant, schema };
    return place === null || schema !== null
      ? await write(session, found)
      : await at(place, (there) => write(there, found));
  } finally {
    client.release();
  }
}
