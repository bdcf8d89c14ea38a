import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { type TenantTable, tenantTables } from '../../rows/index.ts';
import { type Session, type TextRow, textRows } from '../client.ts';
import { refuseHidden } from '../hidden.ts';
import { written } from '../manifest.ts';
import { type Masking, maskingOf } from '../masking/masking.ts';
import { beginReading } from '../on-cluster.ts';
import { staysBehind } from '../stays-behind.ts';

/** What {@link readTenant} takes. */
export interface ReadOptions {
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** The schema in which the tenant lives. Default: null, the shared tables, or those of its database. */
  readonly schema?: string | null;
  /** Whether values are masked, with a key or with one that nobody knows; the audit log stays out then. Default: false. */
  readonly masked?: boolean | { readonly key: string };
}

/** A tenant while it is read. */
export interface TenantRead {
  /** Parents come first. */
  readonly tables: readonly TenantTable[];
  /** All its tables, also those that stay out. */
  readonly all: readonly TenantTable[];
  readonly masked: boolean;
  /** The version of PostgreSQL. */
  readonly server: string;
  /** The rows of a table, part by part, each of about a megabyte. */
  rows(table: TenantTable): AsyncGenerator<readonly TextRow[]>;
}

/**
 * Reads everything that a tenant has in one snapshot, so rows fit together; on a cluster its statements wait.
 *
 * @param session outside a transaction, as the system role
 * @throws TenantryError `TENANT_NOT_FOUND`, `TENANT_ROWS_HIDDEN`, `PERSONAL_UNMASKED`, `MASKING_KEY_SHORT`
 */
export async function readTenant<R>(
  session: Session,
  { tenancy, tenant, schema = null, masked = false }: ReadOptions,
  fn: (read: TenantRead) => Promise<R>,
): Promise<R> {
  try {
    await beginReading(session, tenancy, tenant);
    const all = (await tenantTables(session, tenancy, { schema })).tables;
    const tables =
      masked === false ? all : all.filter((table) => !staysBehind(table, tenancy.schema));
    await refuseHidden(session, tables);
    await refuseUnknown(session, tables, tenant);
    const masking =
      masked === false
        ? undefined
        : await maskingOf(session, tenancy, tables, masked === true ? undefined : masked.key);
    const [row] = await textRows(session, "select current_setting('server_version')");
    const result = await fn({
      tables,
      all,
      masked: masking !== undefined,
      server: row?.[0] ?? '',
      rows: (table) => partsOf(session, table, tenant, masking),
    });
    await session.query('commit');
    return result;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw error;
  }
}

/** How much is read at once, in bytes; a single row may be larger. */
const mostBytes = 1 << 20;
const mostRows = 5000;

/** A cursor reads so many rows at once as fit into a megabyte by the size of those before. */
async function* partsOf(
  session: Session,
  table: TenantTable,
  tenant: string,
  masking: Masking | undefined,
): AsyncGenerator<readonly TextRow[]> {
  const own = written(table);
  const columns = own.map((column) => masking?.read(table, column) ?? `t.${name(column.name).sql}`);
  const order = table.key.map((column) => `t.${name(column).sql}`);
  await session.query(
    `declare tenant_rows no scroll cursor for select ${columns.join(', ')} from ${table.from} where ${table.condition}` +
      (order.length === 0 ? '' : ` order by ${order.join(', ')}`),
    [tenant],
  );
  for (let count = 16; ; ) {
    const read = await textRows(session, `fetch forward ${count} from tenant_rows`);
    if (read.length === 0) break;
    yield masking === undefined ? read : read.map((row) => masking.row(table, own, row));
    const bytes = Math.max(1, sizeOf(read));
    count = Math.max(1, Math.min(mostRows, Math.floor((mostBytes * read.length) / bytes)));
  }
  await session.query('close tenant_rows');
}

/** About its bytes: quotes and commas count, and characters of several bytes a little too low. */
const sizeOf = (rows: readonly TextRow[]): number =>
  rows.reduce((sum, row) => sum + row.reduce((all, value) => all + (value?.length ?? 4) + 3, 2), 0);

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
