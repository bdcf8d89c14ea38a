import { type TenantPool, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type { AtPlace } from '../at-place.ts';
import { type Session, textRows } from '../client.ts';
import { findTenant } from '../find-tenant.ts';
import type { Manifest } from '../manifest.ts';
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
    const place = textInSchema(
      tenancy.schema,
      `select r.place, (select s.schema_name from tenantry.places s where s.name = r.place)
       from tenantry.placements r where r.tenant = $1 and r.place is not null`,
    );
    const [row] = await textRows(session, place, [tenant]);
    if (row !== undefined && row[1] !== null)
      throw new TenantryError('PLACE_IS_SCHEMA', { found: `the schema ${row[1]}.` });
    const found = { ...options, tenant };
    return row === undefined
      ? await exportTenant(session, found)
      : await at(row[0] ?? '', (there) => exportTenant(there, found));
  } finally {
    client.release();
  }
}
