import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import { pathOf } from '@tenantry/rls/model';
import { type TenantTable, tenantTables } from '../../rows/index.ts';
import type { Session } from '../client.ts';
import { type GreatestValue, greatestValues } from '../import/sequences.ts';
import { type ReadOptions, readTenant } from './read-tenant.ts';
import { beginning, endOf, insertOf, referencesOf, type SqlOptions } from './sql-text.ts';

/** What {@link exportSql} takes. */
export interface ExportSqlOptions extends ReadOptions {
  /** The file that is made. */
  readonly to: string;
  readonly progress?: (what: string, done?: number) => void;
}

/** What was written. */
export interface WrittenSql {
  /** How many rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Of all lines but the last one, which has it too, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Writes everything that a tenant has into a file that psql runs: one transaction, parents first, triggers
 * off, and at its end the foreign keys are compared. Rows of a schema are written into the shared tables. The file gets
 * its name when all is in it.
 *
 * @param session outside a transaction, as the system role
 * @throws TenantryError `EXPORT_EXISTS`, `TENANT_NOT_FOUND`, `TENANT_ROWS_HIDDEN`, `PERSONAL_UNMASKED`,
 *   `MASKING_KEY_SHORT`, `PLACE_UNALIKE`
 */
export async function exportSql(session: Session, options: ExportSqlOptions): Promise<WrittenSql> {
  const { to } = options;
  if (existsSync(to)) throw new TenantryError('EXPORT_EXISTS', { found: `${to} is there.` });
  const partial = join(dirname(to), `.${Date.now()}-${process.pid}.partial`);
  const handle = await open(partial, 'wx', 0o600);
  try {
    const written = await writeSql(session, handle, options);
    await handle.sync();
    await handle.close();
    await rename(partial, to);
    return written;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeSql(
  session: Session,
  handle: FileHandle,
  options: ExportSqlOptions,
): Promise<WrittenSql> {
  const { tenancy, tenant, progress = () => {} } = options;
  const hash = createHash('sha256');
  const write = async (text: string) => {
    hash.update(text);
    await handle.writeFile(text);
  };
  const rows: Record<string, number> = {};
  await readTenant(session, options, async (read) => {
    const about: SqlOptions = { tenancy, tenant, server: read.server };
    const sharedOf = await sharedTables(session, options);
    const greatest: GreatestValue[] = [];
    const filled: TenantTable[] = [];
    await write(beginning(about));
    for (const table of read.tables) {
      const title = pathOf(table);
      let done = 0;
      for await (const part of read.rows(table)) {
        await write(insertOf(table, part, tenancy.schema));
        done += part.length;
        progress(title, done);
      }
      rows[title] = done;
      if (done === 0) continue;
      const shared = sharedOf(table);
      filled.push(shared);
      const counted = { ...table, columns: shared.columns };
      greatest.push(...(await greatestValues(session, counted, tenant)));
    }
    for (const table of filled) await write(referencesOf(table, tenant));
    await write(endOf(about, filled, greatest));
  });
  const sha256 = hash.digest('hex');
  await handle.writeFile(`-- sha256 of the lines above: ${sha256}\n`);
  return { rows, sha256 };
}

/** The shared table that a table of a schema is like: the file names it, and its sequences. */
async function sharedTables(
  session: Session,
  { tenancy, schema = null }: ExportSqlOptions,
): Promise<(table: TenantTable) => TenantTable> {
  if (schema === null) return (table) => table;
  const { tables } = await tenantTables(session, tenancy, { schema: null });
  const byPath = new Map(tables.map((table) => [pathOf(table), table]));
  return (table) => {
    const shared = byPath.get(pathOf(table));
    if (shared !== undefined) return shared;
    throw new TenantryError('PLACE_UNALIKE', {
      found: `the schema ${schema} has ${table.name}, and the shared tables do not.`,
    });
  };
}
