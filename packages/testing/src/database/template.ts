import { createHash } from 'node:crypto';
import type pg from 'pg';
import { messageOf, TenantryError } from '../errors.ts';
import type { TestServerAddress } from '../server/types.ts';
import { databaseUrl, identifier, withClient } from '../sql/client.ts';
import { withLock } from '../sql/locks.ts';
import { dropDatabase, dropUnusedDatabase, waitUntilUnused } from './drop.ts';
import { templateName } from './names.ts';

/** A migrated, perhaps seeded database that is copied for each test file; nobody connects to it. */
export interface Template {
  readonly server: TestServerAddress;
  readonly name: string;
}

/**
 * Builds a template database once per run, for the first caller; other callers, also in other processes,
 * wait for it. Templates are built one at a time, because roles belong to the whole server and two
 * migrations that create the same role conflict.
 *
 * @param server A server from `startTestServer`, or its `{ url, run }` in another process.
 * @param key The identity of the content: equal keys share a template. Any text; it is hashed.
 * @param build Migrates and seeds the empty database at `url`; its connections must be closed
 *   when it returns.
 * @throws TenantryError `TEST_TEMPLATE_FAILED` when `build` throws; nothing is left behind.
 * @example
 * ```ts
 * const template = await createTemplate(server, 'schema-v1', (url) => migrate(url));
 * ```
 * ```sql
 * create database "…" template template0;
 * alter database "…" is_template true allow_connections false;
 * ```
 */
export async function createTemplate(
  server: TestServerAddress,
  key: string,
  build: (url: string) => unknown,
): Promise<Template> {
  const name = templateName(server.run, createHash('sha256').update(key).digest('hex'));
  const template: Template = Object.freeze({
    server: Object.freeze({ url: server.url, run: server.run }),
    name,
  });
  await withClient(server.url, async (client) => {
    if (await isComplete(client, name)) return;
    await withLock(client, 'tenantry-testing template', async () => {
      if (await isComplete(client, name)) return;
      // An unmarked one was left by a process that died while building it.
      await dropDatabase(client, name, { force: true });
      await client.query(`create database ${identifier(name)} template template0`);
      try {
        await build(databaseUrl(server.url, name));
        await closeToOthers(client, name);
      } catch (error) {
        // One that is still in use is dropped when it is built again, or with the run.
        await dropUnusedDatabase(client, name).catch(() => {});
        throw new TenantryError('TEST_TEMPLATE_FAILED', { found: messageOf(error), cause: error });
      }
    });
  });
  return template;
}

/** For connections that the build has just ended. */
const closingTimeMs = 2000;

async function isComplete(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query(
    'select from pg_catalog.pg_database where datname = $1 and datistemplate',
    [name],
  );
  return rows.length > 0;
}

/** A database with an open connection cannot be copied, so new connections are forbidden. */
async function closeToOthers(client: pg.Client, name: string): Promise<void> {
  const database = identifier(name);
  await client.query(`alter database ${database} allow_connections false`);
  const open = await waitUntilUnused(client, name, closingTimeMs);
  if (open > 0) {
    throw new Error(
      `${open} connections to the template are still open; end the pool or client before the build returns`,
    );
  }
  await client.query(`alter database ${database} is_template true`);
}
