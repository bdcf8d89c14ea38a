import { type DatabaseContent, loadContent } from '../database/migrations.ts';
import { newDatabaseName } from '../database/names.ts';
import { messageOf, TenantryError } from '../errors.ts';
import { databaseUrl, withClient } from '../sql/client.ts';
import { withLock } from '../sql/locks.ts';
import { readCluster } from './cluster.ts';
import { createOnNodes, dropOnNodes } from './nodes.ts';
import { citusRun } from './run.ts';
import { citusUrl } from './url.ts';

/** Options of `createCitusDatabase`. */
export interface CreateCitusDatabaseOptions extends Omit<DatabaseContent, 'key'> {
  /** The coordinator: a superuser's connection string. Default: `TEST_CITUS_URL`. */
  readonly url?: string;
}

/** A database of its own on every node of a cluster. */
export interface CitusDatabase {
  /** Connection string of the coordinator. */
  readonly url: string;
  readonly name: string;
  /** Connection strings of the workers, in the order in which they joined. */
  readonly workers: readonly string[];
  /** Drops the database on every node; open connections are ended. */
  drop(): Promise<void>;
}

/**
 * A new database for a test, on every node of the Citus cluster of `TEST_CITUS_URL`: with your schema, in
 * about two seconds. Only the workers hold shards, because a coordinator that holds some hides what does
 * not reach the workers. It is dropped by `drop`, and by a later run when this one is killed.
 *
 * Databases are made one at a time, `migrate` included, because roles belong to the whole cluster.
 *
 * @param options What the database contains; an empty database with the extension without any.
 * @throws TenantryError `TEST_CITUS_URL_FAILED` without a cluster: {@link citusUrl} tells before;
 *   `TEST_TEMPLATE_FAILED` when `migrate` throws, and nothing is left behind.
 * @example
 * ```ts
 * const database = await createCitusDatabase({ migrate: (url) => migrate(url) });
 * const pool = new pg.Pool({ connectionString: database.url });
 * // …
 * await pool.end();
 * await database.drop();
 * ```
 * ```sql
 * create database "…" template template0; create extension citus; -- on each node
 * select citus_set_coordinator_host('…', 5432);
 * select citus_add_node('…', 5432); -- each worker
 * select citus_set_node_property('…', 5432, 'shouldhaveshards', false); -- the coordinator
 * ```
 */
export async function createCitusDatabase(
  options: CreateCitusDatabaseOptions = {},
): Promise<CitusDatabase> {
  const url = options.url ?? citusUrl();
  if (url === undefined) {
    throw new TenantryError('TEST_CITUS_URL_FAILED', {
      found: 'no TEST_CITUS_URL.',
      fix: 'Set it to a superuser on the coordinator of a cluster, or skip the tests: describe.skipIf(citusUrl() === undefined).',
    });
  }
  const content = await loadContent(options);
  const cluster = await readCluster(url);
  const name = newDatabaseName(await citusRun(cluster));
  const drop = () => dropOnNodes(cluster, name);
  await withClient(url, (client) =>
    withLock(client, 'tenantry-testing template', async () => {
      try {
        await createOnNodes(cluster, name);
        await content?.apply(databaseUrl(url, name));
      } catch (error) {
        await drop().catch(() => {});
        throw new TenantryError('TEST_TEMPLATE_FAILED', {
          found: messageOf(error),
          fix: 'Correct the migration or seed; the half-built database is dropped on every node.',
          cause: error,
        });
      }
    }),
  );
  return Object.freeze({
    url: databaseUrl(url, name),
    name,
    workers: Object.freeze(cluster.workers.map((node) => databaseUrl(node.url, name))),
    drop,
  });
}
