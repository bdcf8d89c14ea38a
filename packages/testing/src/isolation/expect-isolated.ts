import type { ExpectIsolatedOptions, IsolationReport } from './types.ts';

/**
 * Attacks an application's own tables: inserts a row of two tenants into each table, then tries as one
 * tenant to reach the rows of the other, by reading, counting, writing, moving, upserts, references,
 * cascades, partitions, views, functions, COPY, cursors, prepared statements, stacked SQL, lost contexts,
 * and handles that outlive their scope. The same statements also run with isolation off, where they must
 * reach the rows: an attack that could not have worked proves nothing. Afterwards the rows are deleted.
 *
 * On Citus, where a statement goes to the shard of its tenant, it does so in every shard.
 *
 * Needs `@tenantry/core` and `@tenantry/rls`, and a pool that can do system work.
 *
 * @throws TenantryError `ISOLATION_BROKEN` with every leak, `CONFIG_INVALID`, `ISOLATION_NOT_PROVEN`,
 *   `ISOLATION_DATABASE_REFUSED`, `ISOLATION_SCHEMA_DIFFERS`, `ISOLATION_ROW_REFUSED`,
 *   `ISOLATION_ROWS_LEFT`
 * @example
 * ```ts
 * test('tenants are isolated', () => expectIsolated({ pool, tenancy, schema }));
 * ```
 */
export async function expectIsolated<P extends string>(
  options: ExpectIsolatedOptions<P>,
): Promise<IsolationReport> {
  // loaded on demand: users who only need a database need neither core nor rls
  const { prove } = await import('./prove.ts');
  return prove(options);
}
