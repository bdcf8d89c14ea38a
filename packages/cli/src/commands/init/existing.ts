import { TenantryError } from '@tenantry/core';
import { type ProposedTenancy, proposeTenancy } from '@tenantry/rls/adopt';
import { readDrizzle } from '@tenantry/rls/model';
import { filesOf } from '../../config/load-config.ts';
import { moduleLoader } from '../../config/load-module.ts';

/**
 * What the tables of a project say about their tenancy.
 * @returns undefined without tables, and when they name no tenant
 */
export async function tenancyOfTables(
  folder: string,
  patterns: readonly string[],
): Promise<ProposedTenancy | undefined> {
  const load = moduleLoader(folder);
  const schema: Record<string, unknown> = {};
  try {
    for (const file of filesOf(folder, patterns)) {
      for (const [name, value] of Object.entries(await load(file)))
        schema[`${file}#${name}`] = value;
    }
    return proposeTenancy(readDrizzle(schema));
  } catch (error) {
    // a schema that cannot be loaded yet is reported by the commands that need it
    if (TenantryError.is(error)) return undefined;
    throw error;
  }
}
