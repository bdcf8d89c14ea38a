import { TenantryError } from '../errors/index.ts';
import { store } from '../scope/store.ts';
import type { SqlStatement } from './statement.ts';
import { defaultSchema } from './text-in-schema.ts';

/** The pool refuses a scope of another tenancy, so scope and pool always have the same schema. */
const schemaOfScope = (): string => store.getStore()?.schema ?? defaultSchema;

interface Rows {
  readonly rows: readonly unknown[];
}

/** The tenant pool, a client of it, or anything else with the `query` of pg. */
export interface PgQueryable {
  query(text: string, values: unknown[]): PromiseLike<Rows>;
}

/** A Drizzle database or transaction on the tenant pool. */
export interface DrizzleQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type differs between 0.45 and 1.0
  execute(query: any): PromiseLike<unknown>;
}

/** A Kysely database or transaction on the tenant pool. */
export interface KyselyQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's CompiledQuery, which is not a dependency
  executeQuery(query: any): PromiseLike<unknown>;
}

/**
 * An object that runs SQL: the tenant pool or a client of it, a Drizzle or Kysely database, or a
 * transaction of one of them. Pass a transaction to make the work part of it.
 */
export type Queryable = PgQueryable | DrizzleQueryable | KyselyQueryable;

/**
 * Runs a statement on any {@link Queryable}, in one round trip.
 * @param schema the schema of the tenancy; the statement is written for `tenantry` and sent for this one.
 *   Default: the schema of the running scope; outside a scope `'tenantry'`.
 * @returns the rows as pg parses them. Select times as text or epoch: Drizzle disables the date parsers,
 *   so a `timestamptz` is a Date or a string, depending on `db`.
 * @throws TenantryError `CONFIG_INVALID` when `db` cannot run SQL; the errors of the statement
 */
export async function runStatement<R>(
  db: Queryable,
  written: SqlStatement,
  schema: string = schemaOfScope(),
): Promise<readonly R[]> {
  const sent = written.inSchema(schema);
  const { text, values } = sent;
  // Drizzle databases also have a property `query`, which is not a function
  const isObject = db === Object(db);
  if (isObject && 'execute' in db && typeof db.execute === 'function') {
    return rowsOf(await db.execute(forDrizzle(text, values)));
  }
  if (isObject && 'executeQuery' in db && typeof db.executeQuery === 'function') {
    return rowsOf(await db.executeQuery(compiled(text, values)));
  }
  if (isObject && 'query' in db && typeof db.query === 'function') {
    return rowsOf(await db.query(text, [...values]));
  }
  throw new TenantryError('CONFIG_INVALID', {
    found: 'a database that cannot run SQL.',
    fix: 'Pass the tenant pool, a client of it, or a Drizzle or Kysely database or transaction on it.',
  });
}

const rowsOf = <R>(result: unknown) => (result as { rows: readonly R[] }).rows;

/**
 * A query as Drizzle takes it, without importing Drizzle, which an application need not have: `getSQL()`
 * gives what its dialect turns into text and parameters.
 */
const forDrizzle = (sql: string, params: readonly unknown[]) => {
  const query = { getSQL: () => query, toQuery: () => ({ sql, params: [...params] }) };
  return query;
};

/** The same object that `CompiledQuery.raw(text, values)` of Kysely returns. */
const compiled = (sql: string, parameters: readonly unknown[]) => ({
  sql,
  parameters,
  query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
  queryId: { queryId: `tenantry-${++queries}` },
});
let queries = 0;
