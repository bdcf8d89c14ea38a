import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Session } from '../client.ts';
import {
  type ExportedTable,
  formatVersion,
  type Manifest,
  schemaOf,
  written,
} from '../manifest.ts';
import { type ReadOptions, readTenant, type TenantRead } from './read-tenant.ts';
import { writeTable } from './write-table.ts';

/** What {@link exportTenant} takes. */
export interface ExportOptions extends ReadOptions {
  /** The folder that is made. */
  readonly to: string;
  readonly progress?: (what: string, done?: number) => void;
}

/**
 * Writes everything that a tenant has into a folder: a file for each table, and a manifest. It reads one
 * snapshot, so rows fit together. The folder gets its name when all is in it.
 *
 * @param session outside a transaction, as the system role
 * @throws TenantryError `EXPORT_EXISTS`, `TENANT_NOT_FOUND`, `TENANT_ROWS_HIDDEN`, `PERSONAL_UNMASKED`,
 *   `MASKING_KEY_SHORT`
 */
export async function exportTenant(session: Session, options: ExportOptions): Promise<Manifest> {
  const { to } = options;
  if (existsSync(to)) throw new TenantryError('EXPORT_EXISTS', { found: `${to} is there.` });
  const partial = join(dirname(to), `.${Date.now()}-${process.pid}.partial`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const manifest = await readTenant(session, options, (read) =>
      writeTables(read, partial, options),
    );
    await writeManifest(partial, manifest);
    await rename(partial, to);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function writeTables(
  read: TenantRead,
  folder: string,
  { tenancy, tenant, progress = () => {} }: ExportOptions,
): Promise<Manifest> {
  const exported: ExportedTable[] = [];
  for (const [i, table] of read.tables.entries()) {
    const title = `${table.schema}.${table.name}`;
    const file = `${String(i + 1).padStart(3, '0')}-${table.name.replace(/[^\w-]/g, '_')}.ndjson`;
    const { rows, sha256 } = await writeTable(read.rows(table), join(folder, file), (done) =>
      progress(title, done),
    );
    const columns = written(table).map(({ name, type }) => ({ name, type }));
    exported.push({ schema: table.schema, name: table.name, file, rows, sha256, columns });
  }
  return {
    format: formatVersion,
    tenancy: tenancy.tenant,
    tenant,
    exportedAt: new Date().toISOString(),
    server: read.server,
    schema: schemaOf(read.all),
    ...(read.masked && { masked: true }),
    tables: exported,
  };
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
