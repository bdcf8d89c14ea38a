import type { Tenancy } from '@tenantry/core';
import type { PreviousTenancy } from '@tenantry/core/sql';
import type { Casing } from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import { type DirectoryColumns, type Generated, generate } from '@tenantry/rls/generate';
import pg from 'pg';

/** A schema module, with its configuration. */
export interface Application {
  readonly tenancy: Tenancy;
  /** `import * as schema from './schema.ts'` */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly directory?: DirectoryColumns;
  readonly features?: readonly Feature[];
  /** Drizzle's `casing`, when drizzle.config.ts sets it. Default: none. */
  readonly casing?: Casing;
  /** What code that still runs expects: `previous` of tenantry.config.ts. Default: none. */
  readonly previous?: PreviousTenancy;
  /**
   * Rewrites the statements of the tables, for a schema that was defined with another tenancy.
   * Default: none.
   */
  readonly rewrite?: (statement: string) => string;
}

/** Runs statements one by one in one transaction, as Drizzle's migrator does. */
export async function runAll(client: pg.Client, statements: readonly string[]): Promise<void> {
  await client.query('begin');
  for (const statement of statements) {
    await client.query(statement).catch((cause) => {
      throw new Error(`${cause.message}\n${statement}`, { cause });
    });
  }
  await client.query('commit');
}

/** The statements of drizzle-kit for a schema on an empty database. */
export async function tablesSql(
  schema: Readonly<Record<string, unknown>>,
  casing?: Casing,
): Promise<string[]> {
  // an application without a Drizzle schema has no drizzle-kit
  const { generateDrizzleJson, generateMigration } = await import('drizzle-kit/api');
  const empty = generateDrizzleJson({});
  return generateMigration(empty, generateDrizzleJson({ ...schema }, empty.id, undefined, casing));
}

/**
 * Brings an empty database to the schema of an application without migration files: the foundation, the
 * tables, and the SQL of `tenantry generate`.
 *
 * @param url the login that will own the tables
 * @example
 * ```ts
 * const database = await testDatabase({
 *   key: 'my-application',
 *   migrate: (url) => applySchema(url, { tenancy, schema, features: [rbac] }),
 * });
 * ```
 */
export async function applySchema(url: string, application: Application): Promise<Generated> {
  const generated = generate(application);
  const { rewrite = (statement: string) => statement } = application;
  const tables = await tablesSql(application.schema, application.casing);
  await withClient(url, (client) =>
    runAll(client, [
      ...generated.foundation.statements,
      ...tables.map(rewrite),
      ...generated.sections.flatMap(({ statements }) => statements.map(rewrite)),
    ]),
  );
  return generated;
}

/** Runs `fn` with its own connection. */
export async function withClient<R>(
  url: string,
  fn: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // a server that ends idle connections must not fail the test
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}
