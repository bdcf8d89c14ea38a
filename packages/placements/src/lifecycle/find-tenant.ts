import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { type TenantTable, tenantTables } from '../rows/index.ts';
import { type Session, textRows } from './client.ts';

/** The table of tenants, and the columns besides the id by which a tenant is known: its slug, its domain. */
export interface TenantDirectory {
  readonly table: TenantTable;
  readonly id: string;
  readonly names: readonly string[];
}

/** @throws TenantryError `CONFIG_INVALID` when no table has the tenants */
export async function tenantDirectory(
  session: Session,
  tenancy: Tenancy,
): Promise<TenantDirectory> {
  const directory = await directoryIn(session, tenancy);
  if (directory !== undefined) return directory;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'no table with a row for each tenant.',
    fix: 'Mark it in the schema: (t) => [...tenants(t)].',
  });
}

/** Undefined where another service has the tenants, and no table. */
async function directoryIn(
  session: Session,
  tenancy: Tenancy,
): Promise<TenantDirectory | undefined> {
  const { tables } = await tenantTables(session, tenancy);
  const table = tables.find(({ belonging }) => belonging === 'tenant');
  if (table?.tenantColumn === undefined) return undefined;
  const unique = await textRows(
    session,
    `select a.attname::text from pg_catalog.pg_index i
       join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       join pg_catalog.pg_type y on y.oid = a.atttypid
     where i.indrelid = $1::oid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null
       and y.typcategory = 'S' and a.attname <> $2 order by a.attnum`,
    [table.oid, table.tenantColumn],
  );
  return { table, id: table.tenantColumn, names: unique.map(([column]) => column ?? '') };
}

/**
 * The id of a tenant that a command line names by its id or by a unique name, such as its slug; by its id alone,
 * where no table has the tenants.
 * @throws TenantryError `TENANT_NOT_FOUND`, `TENANT_ID_MALFORMED`
 */
export async function findTenant(
  session: Session,
  tenancy: Tenancy,
  given: string,
): Promise<string> {
  const directory = await directoryIn(session, tenancy);
  if (directory === undefined) return String(tenancy.parseId(given));
  const { table, id, names } = directory;
  const ways = [id, ...names].map((column) => `t.${name(column).sql}::text = $1`);
  const found = await textRows(
    session,
    `select t.${name(id).sql}::text from ${table.from} where ${ways.join(' or ')} limit 2`,
    [given],
  );
  const [row, other] = found;
  if (row === undefined || other !== undefined) {
    throw new TenantryError('TENANT_NOT_FOUND', {
      found: other === undefined ? 'no such tenant.' : 'two tenants of this name.',
      fix: `Name it by its id${names.map((each) => ` or ${each}`).join('')}; \`npx tenantry tenants list\` has them.`,
    });
  }
  return row[0] ?? '';
}
