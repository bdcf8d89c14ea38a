import { type Tenancy, TenantryError } from '@tenantry/core';
import { is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { type Casing, columnName } from '../casing.ts';
import { type ColumnLike, nameOf, type TableLike } from '../fragments/drizzle.ts';
import { readDrizzleTable } from '../model/read-drizzle.ts';
import type { FeatureInput, FeatureTable } from './feature.ts';
import { markOf } from './marks.ts';

/** The input of features, from a schema module. */
export function featureInput(
  tenancy: Tenancy,
  schema: Readonly<Record<string, unknown>>,
  casing: Casing | undefined,
  schemaTables: ReadonlySet<TableLike> = new Set(),
): FeatureInput {
  // by their names, as a module has its exports: the tables of several files come in the order of the files
  const values = Object.keys(schema)
    .sort()
    .map((name) => schema[name]);
  const declared = new Set(values.filter((value) => is(value, PgTable)));
  const tables = [...declared].map((table) => featureTable(table, casing, schemaTables.has(table)));
  const allMarked = (mark: string) =>
    tables.flatMap((each) => {
      const value = markOf(each.table, mark);
      return value === undefined ? [] : [{ ...each, value }];
    });
  return {
    tenancy,
    tables,
    allMarked,
    marked(mark) {
      const [first, second] = allMarked(mark);
      if (second === undefined) return first;
      throw new TenantryError('CONFIG_INVALID', {
        found: `two tables, ${first?.name} and ${second.name}, that are both ${mark}.`,
        fix: 'Use these fragments for one table only.',
      });
    },
    find(table) {
      const found = tables.find((each) => each.table === table);
      if (found !== undefined) return found;
      throw new TenantryError('CONFIG_INVALID', {
        found: `table ${nameOf(table)}, which the schema files do not export.`,
        fix: 'Export it from a schema file of drizzle.config.ts.',
      });
    },
  };
}

function featureTable(
  table: PgTable,
  casing: Casing | undefined,
  inSchemas: boolean,
): FeatureTable {
  const column = (of: ColumnLike) => columnName(of, casing);
  return {
    ...readDrizzleTable(table, casing),
    table,
    inSchemas,
    column,
    property(property) {
      const of = (table as unknown as Record<string, ColumnLike | undefined>)[property];
      if (of !== undefined) return column(of);
      throw new TenantryError('CONFIG_INVALID', {
        found: `table ${nameOf(table)} without the property ${property}.`,
        fix: 'Spread the columns of the package into the table.',
      });
    },
  };
}
