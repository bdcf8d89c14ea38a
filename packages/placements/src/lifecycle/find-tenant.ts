import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { type TenantTable, tenantTables } from '../rows/index.ts';
import { type Session, textRows } from './client.ts';

/** The table of tenants, and the columns besides the id by which a tenant is known: its slug, its domain. */
export interface TenantDirectory {
  readonly table: TenantTable;
  readonly id: string;
  readonly names: readonly string[];
  /** Tables of their own with such names, as on Citus. */
  readonly claims: readonly { readonly table: TenantTable; readonly names: readonly string[] }[];
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
  const names = await uniqueNames(session, table, table.tenantColumn);
  const claims = await Promise.all(
    tables
      .filter(({ belonging }) => belonging === 'claim')
      .map(async (claim) => ({
        table: claim,
        names: await uniqueNames(session, claim, claim.tenantColumn ?? ''),
      })),
  );
  return { table, id: table.tenantColumn, names, claims };
}

/** The texts of a table that are unique by themselves. */
async function uniqueNames(session: Session, { oid }: TenantTable, id: string): Promise<string[]> {
  const unique = await textRows(
    session,
    `select a.attname::text from pg_catalog.pg_index i
       join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       join pg_catalog.pg_type y on y.oid = a.atttypid
     where i.indrelid = $1::oid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null
       and y.typcategory = 'S' and a.attname <> $2 order by a.attnum`,
    [oid, id],
  );
  return unique.map(([column]) => column ?? '');
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
  const { table, id, claims } = directory;
  const named = (from: string, column: string, ways: readonly string[]) =>
    ways.length === 0
      ? []
      : textRows(
          session,
          `select t.${name(column).sql}::text from ${from} where ${ways.map((way) => `t.${name(way).sql}::text = $1`).join(' or ')} limit 2`,
          [given],
        );
  const found = [...(await named(table.from, id, [id, ...directory.names]))];
  for (const claim of claims)
    found.push(...(await named(claim.table.from, claim.table.tenantColumn ?? '', claim.names)));
  const names = [...directory.names, ...claims.flatMap((claim) => claim.names)];
  const [row, other] = found;
  if (row === undefined || other !== undefined) {
    throw new TenantryError('TENANT_NOT_FOUND', {
      found: other === undefined ? 'no such tenant.' : 'two tenants of this name.',
      fix: `Name it by its id${names.map((each) => ` or ${each}`).join('')}; \`npx tenantry tenants list\` has them.`,
    });
  }
  return row[0] ?? '';
}
