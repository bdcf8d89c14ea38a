import { join } from 'node:path';
import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import { place as placeTenant } from '../../api/place.ts';
import { connectionOf, withConnection } from '../../connect.ts';
import { type Session, settings, textRows } from '../client.ts';
import { refuseErased } from '../create/create-tenant.ts';
import { makeOwnRow } from '../create/own-row.ts';
import { tenantDirectory } from '../find-tenant.ts';
import { refuseElsewhere } from '../here.ts';
import { rowsOf } from '../lines.ts';
import { openManifest } from '../manifest-file.ts';
import { type Imported, type ImportOptions, importTenant, sourceOf } from './import-tenant.ts';

/** What {@link importAtPlace} takes. */
export interface ImportAtPlaceOptions extends ImportOptions {
  readonly place: string;
  readonly connect: RoutedOptions['connect'];
}

/**
 * Imports a tenant into the database of a place. Its route comes first, so nothing of it is written into the
 * shared tables; then its rows; and its row in the shared database, by which it is found, at the end. What would
 * refuse that row refuses it before. Each step may be repeated, so the same call finishes one that was
 * interrupted.
 *
 * @param pool in a system scope that writes, on the shared database
 * @returns what was imported; no rows when an earlier call has
 * @throws TenantryError `TENANT_EXISTS`, `CREATE_REFUSED`, `PLACE_IS_SCHEMA`, those of `placements.place` and of
 *   `importTenant`
 */
export async function importAtPlace(
  pool: TenantPool,
  { place, connect, ...options }: ImportAtPlaceOptions,
): Promise<Imported> {
  const { tenancy } = options;
  const manifest = await openManifest(options.from, tenancy);
  const tenant = String(tenancy.parseId(options.as ?? manifest.tenant));
  await refuseErased(pool, tenancy, tenant);
  const [schema] = await textRows(
    pool,
    textInSchema(tenancy.schema, 'select schema_name from tenantry.places where name = $1'),
    [place],
  );
  if (schema?.[0] != null)
    throw new TenantryError('PLACE_IS_SCHEMA', { found: `the schema ${schema[0]}.` });
  await ownRow(pool, options, tenant, 'rollback');
  await placeTenant(pool, tenancy, { [tenancy.property]: tenant, place } as never);
  const connection = await connectionOf(place, 'owner', connect);
  const imported = await withConnection(`the place ${place}`, connection, async (client) => {
    await refuseElsewhere(client, tenancy, place);
    return importTenant(client, options).catch(async (error) => {
      const was = await wasImported(client, tenancy, tenant, sourceOf(manifest, options));
      if (!TenantryError.is(error, 'TENANT_HAS_ROWS') || !was) throw error;
      return { tenant, rows: {} };
    });
  });
  await ownRow(pool, options, tenant, 'commit');
  return imported;
}

async function wasImported(
  session: Session,
  { schema }: Tenancy,
  tenant: string,
  source: string,
): Promise<boolean> {
  const same = 'select 1 from tenantry.imports where tenant = $1 and source = $2';
  return (await textRows(session, textInSchema(schema, same), [tenant, source])).length > 0;
}

/** Writes the row of the tenant as the export has it, or only tries to. */
async function ownRow(
  pool: TenantPool,
  { tenancy, from, set = {} }: ImportOptions,
  tenant: string,
  end: 'commit' | 'rollback',
): Promise<void> {
  const manifest = await openManifest(from, tenancy);
  const client = await pool.connect();
  try {
    const session = client as Session;
    await session.query('begin');
    for (const setting of settings) await session.query(setting);
    const directory = await tenantDirectory(session, tenancy);
    const exported = manifest.tables.find((each) => pathOf(each) === pathOf(directory.table));
    if (exported === undefined)
      throw new TenantryError('EXPORT_INVALID', { found: 'an export without the tenant itself.' });
    for await (const row of rowsOf(join(from, exported.file), exported)) {
      const values = exported.columns.map(({ name }, i) => [name, row[i] ?? null] as const);
      const own = Object.fromEntries(values.filter(([name]) => name !== directory.id));
      await makeOwnRow(session, tenancy, tenant, { ...own, ...set });
    }
    await session.query(end);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
