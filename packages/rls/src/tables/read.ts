import { type Exemptions, exemptionMatcher, type Tenancy } from '@tenantry/core';
import { type CatalogueQuery, readCatalogue } from '../model/read-catalogue.ts';
import { readIndexes } from './live-indexes.ts';
import { readViews, viewsOf } from './live-views.ts';
import type { TableDeclarations } from './rules.ts';
import { runnerTables } from './runners.ts';
import { schemaOf } from './schema.ts';

/** The input of {@link readTables}. */
export interface ReadTablesInput {
  readonly tenancy: Tenancy;
  /** What the tables are: `tables` of tenantry.config.ts. */
  readonly tables: TableDeclarations;
  /** Tables of other libraries, each with the reason. Default: none. */
  readonly exempt?: Exemptions | undefined;
}

/** What {@link readTables} found. */
export interface ReadTables {
  /** The tables and views, in the place of the exports of a schema module. */
  readonly schema: Readonly<Record<string, object>>;
  /** The exemptions, with the tables of runners of migrations. */
  readonly exempt: Exemptions;
}

/**
 * Reads the tables of a database that has no Drizzle schema. The result stands where a schema module
 * stands: in `generate`, `diagnose` and `expectIsolated`.
 *
 * Emits six queries over `pg_catalog`.
 * @throws TenantryError `TABLE_NOT_ISOLATED`, `CONFIG_INVALID`
 * @example
 * ```ts
 * const query = async (text: string, values: unknown[]) => (await client.query(text, values)).rows;
 * const { schema } = await readTables(query, { tenancy, tables });
 * ```
 */
export async function readTables(
  query: CatalogueQuery,
  { tenancy, tables, exempt }: ReadTablesInput,
): Promise<ReadTables> {
  const live = await readCatalogue(query, tenancy.roles.app);
  const exemptions = { ...runnerTables(live.tables), ...exempt };
  const matcher = exemptionMatcher(exemptions, tenancy.schema);
  const known = schemaOf({
    tenancy,
    declared: tables,
    tables: live.tables,
    indexes: await readIndexes(query),
    exempt: matcher,
  });
  const views = viewsOf(await readViews(query), matcher, tenancy.schema);
  return { schema: { ...known, ...views }, exempt: exemptions };
}
