import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type CatalogueQuery, type LiveTable, pathOf, type TableName } from '@tenantry/rls/model';
import { barredSchema, schemaTablesSql, shared } from '../schemas/names.ts';
import type { SaidOfTable } from './declared.ts';

/** The schemas of tenants in a database, and the names of the tables that they have. */
export interface TenantSchemas {
  readonly schemas: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

/**
 * Reads them; before a migration of the catalogue, and in a database of a tenant, there are none. A login that
 * may not read the catalogue sees no rows of tenants either, and whoever asks for them says so.
 */
export async function readSchemas(query: CatalogueQuery, tenancy: Tenancy): Promise<TenantSchemas> {
  const own = (text: string) => query(textInSchema(tenancy.schema, text), [], 'tables');
  const [right] = (await own(
    `select pg_catalog.has_table_privilege($name$tenantry.places$name$, 'select') as may`,
  )) as readonly { readonly may: boolean }[];
  const places =
    right?.may === true
      ? await own(`select pg_catalog.to_jsonb(p) ->> 'schema_name' as name from tenantry.places p`)
      : [];
  const barred = await query(schemaTablesSql, [barredSchema(tenancy)], 'tables');
  const names = (rows: readonly unknown[]) =>
    new Set((rows as { name: string | null }[]).flatMap(({ name }) => name ?? []));
  return { schemas: names(places), tables: names(barred) };
}

/**
 * The tables of a database as a tenant sees them that lives in a schema, or in the shared tables (null): of
 * those that a schema has, the ones where it lives, and of other schemas none.
 */
export function tablesIn(
  live: readonly LiveTable[],
  { schemas, tables }: TenantSchemas,
  schema: string | null,
): readonly LiveTable[] {
  return live.filter((table) =>
    schemas.has(table.schema)
      ? table.schema === schema && tables.has(table.name)
      : schema === null || table.schema !== shared || !tables.has(table.name),
  );
}

/** What is said of the shared tables holds for those of the schema. */
export function saidIn(
  said: readonly SaidOfTable[],
  { tables }: TenantSchemas,
  schema: string | null,
): readonly SaidOfTable[] {
  if (schema === null) return said;
  const moved = <T extends TableName>(table: T): T =>
    table.schema === shared && tables.has(table.name) ? { ...table, schema } : table;
  return said.map((table) => ({
    ...moved(table),
    link: table.link && { ...table.link, foreignTable: moved(table.link.foreignTable) },
  }));
}

/** The name that a table has wherever a tenant lives: that of the shared table. */
export const sharedName = <T extends TableName>(
  table: T,
  { schemas, tables }: TenantSchemas,
  schema: string | null,
): TableName =>
  schema !== null && table.schema === schema && schemas.has(schema) && tables.has(table.name)
    ? { schema: shared, name: table.name }
    : { schema: table.schema, name: table.name };

/** Whether a schema of a tenant may have a table. */
export const isInSchemas = (table: TableName, { tables }: TenantSchemas): boolean =>
  tables.has(table.name) && pathOf(table) === `${shared}.${table.name}`;
