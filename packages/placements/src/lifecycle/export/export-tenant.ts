import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { type TenantTable, tenantTables } from '../../rows/index.ts';
import { type Session, settings, textRows } from '../client.ts';
import { refuseHidden } from '../hidden.ts';
import {
  type ExportedTable,
  formatVersion,
  type Manifest,
  schemaOf,
  written,
} from '../manifest.ts';
import { writeTable } from './write-table.ts';

/** What {@link exportTenant} takes. */
export interface ExportOptions {
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** The folder that is made. */
  readonly to: string;
  /** The schema in which the tenant lives. Default: null, the shared tables, or those of its database. */
  readonly schema?: string | null;
  readonly progress?: (what: string, done?: number) => void;
}

/**
 * Writes everything that a tenant has into a folder: a file for each table, and a manifest. It reads one
 * snapshot, so rows fit together. The folder gets its name when all is in it.
 *
 * @param session outside a transaction, as the system role
 * @throws TenantryError `EXPORT_EXISTS`, `TENANT_NOT_FOUND`, `TENANT_ROWS_HIDDEN`
 */
export async function exportTenant(
  session: Session,
  { tenancy, tenant, to, schema = null, progress = () => {} }: ExportOptions,
): Promise<Manifest> {
  if (existsSync(to)) throw new TenantryError('EXPORT_EXISTS', { found: `${to} is there.` });
  const partial = join(dirname(to), `.${Date.now()}-${process.pid}.partial`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await session.query('begin isolation level repeatable read read only');
    for (const setting of settings) await session.query(setting);
    const { tables } = await tenantTables(session, tenancy, { schema });
    await refuseHidden(session, tables);
    await refuseUnknown(session, tables, tenant);
    const exported: ExportedTable[] = [];
    for (const [i, table] of tables.entries()) {
      const title = `${table.schema}.${table.name}`;
      const file = `${String(i + 1).padStart(3, '0')}-${table.name.replace(/[^\w-]/g, '_')}.ndjson`;
      const { rows, sha256 } = await writeTable(
        session,
        table,
        tenant,
        join(partial, file),
        (done) => progress(title, done),
      );
      const columns = written(table).map(({ name, type }) => ({ name, type }));
      exported.push({ schema: table.schema, name: table.name, file, rows, sha256, columns });
    }
    const [row] = await textRows(session, "select current_setting('server_version')");
    await session.query('commit');
    const manifest: Manifest = {
      format: formatVersion,
      tenancy: tenancy.tenant,
      tenant,
      exportedAt: new Date().toISOString(),
      server: row?.[0] ?? '',
      schema: schemaOf(tables),
      tables: exported,
    };
    await writeManifest(partial, manifest);
    await rename(partial, to);
    return manifest;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function refuseUnknown(
  session: Session,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<void> {
  const own = tables.find(({ belonging }) => belonging === 'tenant');
  if (own === undefined) return;
  const rows = await textRows(session, `select 1 from ${own.from} where ${own.condition}`, [
    tenant,
  ]);
  if (rows.length === 0)
    throw new TenantryError('TENANT_NOT_FOUND', { found: 'no row of this tenant.' });
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const handle = await open(join(folder, 'manifest.json'), 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
