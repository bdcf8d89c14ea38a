import { sharedServer } from '../server/shared.ts';
import type { TestServerAddress } from '../server/types.ts';
import { cloneDatabase, emptyDatabase, type TestDatabase } from './clone.ts';
import { type DatabaseContent, loadContent } from './migrations.ts';
import { createTemplate, type Template } from './template.ts';

/** Options of `createTestDatabase`. */
export interface CreateTestDatabaseOptions extends DatabaseContent {
  /** Copy this template; `migrations`, `sql` and `migrate` are then not used. */
  readonly template?: Template;
  /** The server. Default: one for this process, started by the first call. */
  readonly server?: TestServerAddress;
}

/**
 * A new database for a test: with your schema, on a real PostgreSQL, in tens of milliseconds
 * after the first one.
 *
 * @param options What the database contains; an empty database without any.
 * @returns Its connection string, and `drop`.
 * @throws TenantryError as `startTestServer` and `createTemplate`.
 * @example
 * ```ts
 * const database = await createTestDatabase({ migrations: './drizzle' });
 * const pool = new pg.Pool({ connectionString: database.url });
 * // …
 * await pool.end();
 * await database.drop();
 * ```
 */
export async function createTestDatabase(
  options: CreateTestDatabaseOptions = {},
): Promise<TestDatabase> {
  if (options.template !== undefined) return cloneDatabase(options.template);
  const content = await loadContent(options);
  const server = options.server ?? (await sharedServer());
  if (content === undefined) return emptyDatabase(server);
  return cloneDatabase(await createTemplate(server, content.key, content.apply));
}
