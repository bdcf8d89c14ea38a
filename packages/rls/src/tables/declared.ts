import { type Tenancy, TenantryError } from '@tenantry/core';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { LiveTable } from '../model/live.ts';
import { readDrizzleTable } from '../model/read-drizzle.ts';
import { type DeclaredTable, pathOf } from '../model/table.ts';
import { withColumn } from '../model/with-column.ts';
import { build, type Known, othersIn } from './build.ts';
import { tableNamed } from './names.ts';
import { isMade, type TableDeclarations } from './rules.ts';

/**
 * What the declarations of tenantry.config.ts say of tables that have no tenant column yet, for an
 * application that is on its way. Tables that are not there, or that `generate` makes, are left out.
 *
 * @throws TenantryError `CONFIG_INVALID` names a table whose rules fail
 * @example
 * ```ts
 * const { tables: live } = await readCatalogue(query, tenancy.roles.app);
 * const isolated = readDeclarations(tenancy, tables, live).filter(({ isolation }) => isolation === 'scoped');
 * ```
 */
export function readDeclarations(
  tenancy: Tenancy,
  declared: TableDeclarations,
  tables: readonly LiveTable[],
): DeclaredTable[] {
  const live = new Map(tables.map((table) => [pathOf(table), table]));
  const built = new Map<string, PgTable>();
  for (const [written, declaration] of Object.entries(declared)) {
    const name = tableNamed(written);
    const found = live.get(pathOf(name));
    if (found === undefined || isMade(declaration)) continue;
    const known: Known = {
      ...name,
      declaration,
      live: withColumn(found, tenancy.column, tenancy.id),
    };
    built.set(pathOf(name), build(tenancy, known, othersIn(built), []));
  }
  return [...built].map(([path, table]) => {
    try {
      return readDrizzleTable(table, undefined);
    } catch (error) {
      if (error instanceof TenantryError) throw error;
      throw new TenantryError('CONFIG_INVALID', {
        found: `the rules of table ${path} in tables of tenantry.config.ts fail: ${error instanceof Error ? error.message : error}.`,
        fix: 'Correct the names of the columns there.',
        cause: error,
      });
    }
  });
}
