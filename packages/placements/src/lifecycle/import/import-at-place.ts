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
  /** The login that migrates the shared database, for a schema there. @throws TenantryError without one */
  readonly sharedUrl: () => string;
}

/**
 * Imports a tenant into a place. Its route comes first, so nothing of it is written into the shared tables that
 * belongs there; then its rows; and for a database its row in the shared one, by which it is found, at the end.
 * What would refuse that row refuses it before. Each step may be repeated, so the same call finishes one that was
 * interrupted.
 *
 * @param pool in a system scope that writes, on the shared database
 * @returns what was imported; no rows when an earlier call has
 * @throws TenantryError `TENANT_EXISTS`, `CREATE_REFUSED`, those of `placements.place` and of
 *   `importTenant`
 */
export async function importAtPlace(
  pool: TenantPool,
  { place, connect, sharedUrl, ...options }: ImportAtPlaceOptions,
): Promise<Imported> {
  const { tenancy } = options;
  const manifest = await openManifest(options.from, tenancy);
  const tenant = String(tenancy.parseId(options.as ?? manifest.tenant));
  await refuseErased(pool, tenancy, tenant);
  const [known] = await textRows(
    pool,
    textInSchema(tenancy.schema, 'select schema_name from tenantry.places where name = $1'),
    [place],
  );
  const isSchema = known?.[0] != null;
  // before the route: a login that nobody has given leaves no tenant without rows
  const owner = isSchema ? sharedUrl() : undefined;
  const source = sourceOf(manifest, options);
  const isThere = !(await ownRow(pool, options, tenant, 'rollback'));
  // a database may have this row from an interrupted call; a schema has all rows or none
  if (isSchema && isThere && !(await wasImported(pool, tenancy, tenant, source)))
    throw new TenantryError('TENANT_HAS_ROWS', {
      found: 'its own row, in the shared tables',
      fix: 'Import it under another id with --as.',
    });
  await placeTenant(pool, tenancy, { [tenancy.property]: tenant, place } as never);
  const connection = owner ?? (await connectionOf(place, 'owner', connect));
  const imported = await withConnection(`the place ${place}`, connection, async (client) => {
    await refuseElsewhere(client, tenancy, isSchema ? undefined : place);
    return importTenant(client, options).catch(async (error) => {
      const was = await wasImported(client, tenancy, tenant, source);
      if (!TenantryError.is(error, 'TENANT_HAS_ROWS') || !was) throw error;
      return { tenant, rows: {} };
    });
  });
  if (!isSchema) await ownRow(pool, options, tenant, 'commit');
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

/** Writes the row of the tenant as the export has it, or only tries to. @returns whether it was not there */
async function ownRow(
  pool: TenantPool,
  { tenancy, from, set = {} }: ImportOptions,
  tenant: string,
  end: 'commit' | 'rollback',
): Promise<boolean> {
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
    let made = false;
    for await (const row of rowsOf(join(from, exported.file), exported)) {
      const values = exported.columns.map(({ name }, i) => [name, row[i] ?? null] as const);
      const own = Object.fromEntries(values.filter(([name]) => name !== directory.id));
      made = (await makeOwnRow(session, tenancy, tenant, { ...own, ...set })).made;
    }
    await session.query(end);
    return made;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
