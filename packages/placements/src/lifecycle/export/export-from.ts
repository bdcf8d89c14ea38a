import type { TenantPool } from '@tenantry/core';
import type { AtPlace } from '../at-place.ts';
import type { Session } from '../client.ts';
import { findTenant } from '../find-tenant.ts';
import type { Manifest } from '../manifest.ts';
import { placeOf } from '../place-of.ts';
import { type ExportOptions, exportTenant } from './export-tenant.ts';

/**
 * Exports a tenant from where it lives.
 * @param pool in a system scope
 * @param options.tenant its id or a unique name
 */
export async function exportFrom(
  pool: TenantPool,
  at: AtPlace,
  options: ExportOptions,
): Promise<Manifest> {
  const { tenancy } = options;
  const client = await pool.connect();
  try {
    const session = client as Session;
    const tenant = await findTenant(session, tenancy, options.tenant);
    const { place, schema } = await placeOf(session, tenancy, tenant);
    const found = { ...options, tenant, schema };
    return place === null || schema !== null
      ? await exportTenant(session, found)
      : await at(place, (there) => exportTenant(there, found));
  } finally {
    client.release();
  }
}
