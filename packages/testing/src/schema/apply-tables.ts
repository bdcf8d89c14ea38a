import type { Exemptions, Tenancy } from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import { type Generated, generate } from '@tenantry/rls/generate';
import {
  type CatalogueQuery,
  type DirectoryNames,
  directoryOf,
  readTables,
  type TableDeclarations,
} from '@tenantry/rls/model';
import { runAll, withClient } from './apply.ts';

/** An application without a Drizzle schema: what tenantry.config.ts says. */
export interface TablesApplication {
  readonly tenancy: Tenancy;
  readonly tables: TableDeclarations;
  readonly directory?: DirectoryNames;
  readonly features?: readonly Feature[];
  readonly exempt?: Exemptions;
}

/**
 * Isolates the tables of a test database without migration files: runs what `tenantry generate` writes for
 * the tables that are there.
 *
 * @param url the login that owns the tables; your own migrations have run as it
 * @example
 * ```ts
 * const database = await testDatabase({
 *   key: 'my-application',
 *   migrate: async (url) => {
 *     await runMyMigrations(url);
 *     await applyTables(url, { tenancy, tables, features: [rbac] });
 *   },
 * });
 * ```
 */
export async function applyTables(
  url: string,
  { tenancy, tables, directory, features, exempt }: TablesApplication,
): Promise<Generated> {
  return withClient(url, async (client) => {
    const query: CatalogueQuery = async (text, values) => (await client.query(text, values)).rows;
    const read = await readTables(query, { tenancy, tables, exempt });
    const generated = generate({
      tenancy,
      ...read,
      features,
      directory: directory && directoryOf(read.schema, directory),
    });
    const { foundation, sections } = generated;
    await runAll(
      client,
      [foundation, ...sections].flatMap(({ statements }) => [...statements]),
    );
    return generated;
  });
}
