import type pg from 'pg';
import type { TestServerAddress } from '../server/types.ts';
import { databaseUrl, identifier, withClient } from '../sql/client.ts';
import { dropDatabase, dropUnusedDatabase } from './drop.ts';
import { newDatabaseName } from './names.ts';
import { copyDatabaseProperties } from './properties.ts';
import type { Template } from './template.ts';

/** A database that belongs to one test file. */
export interface TestDatabase {
  /** Connection string of the login that owns the database. */
  readonly url: string;
  readonly name: string;
  /**
   * Drops the database.
   *
   * @param options.force whether open connections are ended. False keeps the database while somebody is
   *   connected to it, and the call returns false. Default: true.
   */
  drop(options?: { readonly force?: boolean }): Promise<boolean>;
}

/**
 * Copies a template into a new database, in tens of milliseconds.
 *
 * @param template A template from `createTemplate`.
 * @returns The new database, with the template's database settings and privileges, which PostgreSQL does
 *   not copy.
 * @example
 * ```ts
 * const database = await cloneDatabase(template);
 * // … connect to database.url …
 * await database.drop();
 * ```
 * ```sql
 * create database "…" template "…"; -- with strategy file_copy on a server that does not sync its files
 * ```
 */
export async function cloneDatabase(template: Template): Promise<TestDatabase> {
  return createFrom(template.server, template.name);
}

/**
 * To copy files costs a checkpoint, which is next to nothing on a server without fsync, as those that tests
 * start are: there a copy takes half the time, and its end a quarter. Elsewhere PostgreSQL decides.
 */
async function strategyOf(client: Pick<pg.Client, 'query'>): Promise<string> {
  const { rows } = await client.query(
    "select current_setting('fsync') = 'off' and current_setting('server_version_num')::int >= 150000 as copies",
  );
  return (rows[0] as { copies: boolean }).copies ? ' strategy file_copy' : '';
}

/** An empty database on the server. */
export async function emptyDatabase(server: TestServerAddress): Promise<TestDatabase> {
  return createFrom(server, undefined);
}

async function createFrom(
  server: TestServerAddress,
  template: string | undefined,
): Promise<TestDatabase> {
  const name = newDatabaseName(server.run);
  await withClient(server.url, async (client) => {
    const source = identifier(template ?? 'template0');
    const made = `create database ${identifier(name)} template ${source}`;
    await client.query(`${made}${await strategyOf(client)}`);
    if (template !== undefined) await copyDatabaseProperties(client, template, name);
  });
  return Object.freeze({
    url: databaseUrl(server.url, name),
    name,
    drop: ({ force = true }: { readonly force?: boolean } = {}) =>
      withClient(server.url, async (client) => {
        if (!force) return dropUnusedDatabase(client, name);
        await dropDatabase(client, name, { force });
        return true;
      }),
  });
}
