import { check } from '@tenantry/core/errors';
import type { FeatureInput, FeatureTable, TableLike } from '@tenantry/rls/feature';
import { shared } from './names.ts';

/**
 * The tables of the option `schemaTables`, as the schema module declares them.
 * @throws TenantryError `CONFIG_INVALID` for one that no schema of a tenant can have
 */
export function ownTables(input: FeatureInput, listed: readonly TableLike[]): FeatureTable[] {
  const tables = listed.map((table) => input.find(table));
  for (const { schema, name, tenantColumn, isolation } of tables) {
    check(
      schema === shared,
      `option schemaTables names ${schema}.${name}, and statements name this table with its schema.`,
      'Leave it out: only tables without a schema in their name are looked up in that of the tenant.',
    );
    check(
      isolation === 'scoped' && tenantColumn !== undefined,
      `option schemaTables names ${name}, which is not a table of one tenant by a column of its own.`,
      'Name tables that isolate(t) declares; the others stay.',
    );
  }
  return tables;
}
