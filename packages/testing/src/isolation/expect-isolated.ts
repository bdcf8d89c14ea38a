import type { ExpectIsolatedOptions, IsolationReport } from './types.ts';

/**
 * Attacks an application's own tables: makes a row of two tenants in each of them, then tries from
 * one tenant to reach the rows of the other, by reading, counting, writing, moving, upserts,
 * references, cascades, partitions, views, functions, COPY, cursors, prepared statements, stacked
 * SQL, lost contexts, and handles that outlive their scope. The same statements run with isolation off
 * as well, and must reach the rows there: an attack that could not have worked is no proof. Afterwards
 * the rows are taken away.
 *
 * Needs `@tenantry/core` and `@tenantry/rls`, and a pool that can do system work.
 *
 * @throws TenantryError `ISOLATION_BROKEN` with every leak, `ISOLATION_NOT_PROVEN`,
 *   `ISOLATION_DATABASE_REFUSED`, `ISOLATION_SCHEMA_DIFFERS`, `ISOLATION_ROW_REFUSED`,
 *   `ISOLATION_ROWS_LEFT`
 * @example
 * ```ts
 * test('tenants are isolated', () => expectIsolated({ pool, tenancy, schema }));
 * ```
 */
export async function expectIsolated(options: ExpectIsolatedOptions): Promise<IsolationReport> {
  // loaded when it is called: who only wants a database needs neither core nor rls
  const { prove } = await import('./prove.ts');
  return prove(options);
}
