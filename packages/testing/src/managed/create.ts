import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { dropDatabase } from '../database/drop.ts';
import { newDatabaseName } from '../database/names.ts';
import type { TestServerAddress } from '../server/types.ts';
import { databaseUrl, identifier, withClient } from '../sql/client.ts';
import { withLock } from '../sql/locks.ts';
import { type ManagedService, type ManagedServiceName, managedServices } from './services.ts';

/** A database as a service hands it out. */
export interface ManagedDatabase {
  readonly service: ManagedService;
  /** The connection string that the service shows: its login owns the database. */
  readonly url: string;
  /** The name of that login. */
  readonly login: string;
  /** Another empty database of the same login, to restore a dump into. @returns its url */
  another(): Promise<string>;
  /**
   * Makes a role as the service lets you: by SQL of its login, or in its console, which makes a login of
   * each role and gives the one that it handed out the right to grant it. A role that exists stays.
   */
  createRole(name: string): Promise<void>;
  /**
   * Makes a login that is a member of a role and has no right by itself.
   * @returns its connection string
   */
  createLogin(name: string, role: string): Promise<string>;
  /**
   * Drops the databases, and the roles that were made here.
   * @param roles others, which migrations made. Default: none.
   */
  drop(roles?: readonly string[]): Promise<void>;
}

const password = 'managed';

/**
 * A database with the role model of a service that rents PostgreSQL: a login with the attributes that the
 * service gives, the roles that it has, what it puts into each database. For tests of migrations: what
 * needs a superuser fails here as it would there.
 *
 * It imitates roles and rights only, not the service's extensions, poolers, patches or limits.
 *
 * @param service its name: `rds`, `cloud-sql`, `azure`, `heroku`, `neon`, `supabase`, `digitalocean`,
 *   or `superuser`
 * @param server a server of the tests whose login is a superuser. Roles belong to the whole server.
 * @example
 * ```ts
 * const database = await createManagedDatabase('rds', server);
 * await migrate(drizzle(database.url), { migrationsFolder: './drizzle' });
 * ```
 * ```sql
 * create role "rds_…" login createdb createrole; create database "…" owner "rds_…";
 * ```
 */
export async function createManagedDatabase(
  service: ManagedServiceName,
  server: TestServerAddress,
): Promise<ManagedDatabase> {
  const offer = managedServices[service];
  const login = `${service.replaceAll('-', '_')}_${randomBytes(4).toString('hex')}`;
  const databases: string[] = [];
  const roles: string[] = [];

  async function another(): Promise<string> {
    const name = newDatabaseName(server.run);
    await withClient(server.url, (client) =>
      client.query(
        `create database ${identifier(name)} template template0 owner ${identifier(login)}`,
      ),
    );
    databases.push(name);
    await withClient(databaseUrl(server.url, name), (client) => runAll(client, offer, login));
    return urlOf(server.url, name, login);
  }

  await withClient(server.url, (client) =>
    withLock(client, 'tenantry-testing roles', async () => {
      for (const role of offer.roles) await createMissing(client, role);
      await client.query(
        `create role ${identifier(login)} login ${offer.attributes} password '${password}'`,
      );
    }),
  );
  const url = await another();

  async function createRole(name: string): Promise<void> {
    if (offer.createsRoles) {
      await withClient(url, (client) => createMissing(client, `${identifier(name)} nologin`, name));
    } else {
      await withClient(server.url, async (client) => {
        await createMissing(client, `${identifier(name)} login`, name);
        await client.query(`grant ${identifier(name)} to ${identifier(login)} with admin option`);
      });
    }
    roles.push(name);
  }

  return Object.freeze({
    service: offer,
    url,
    login,
    another,
    createRole,
    async createLogin(name: string, role: string) {
      const own = identifier(name);
      const create = `create role ${own} login noinherit password '${password}'`;
      await withClient(offer.createsRoles ? url : server.url, (client) => client.query(create));
      roles.push(name);
      await withClient(url, (client) => client.query(`grant ${identifier(role)} to ${own}`));
      return urlOf(server.url, new URL(url).pathname.slice(1), name);
    },
    drop: (others: readonly string[] = []) =>
      withClient(server.url, async (client) => {
        for (const name of databases) await dropDatabase(client, name, { force: true });
        // in one statement, because each may have granted another
        const all = new Set([...others, ...roles, login]);
        await client.query(`drop role if exists ${[...all].map(identifier).join(', ')}`);
      }),
  });
}

async function runAll(client: pg.Client, offer: ManagedService, login: string): Promise<void> {
  for (const statement of offer.database(identifier(login))) await client.query(statement);
}

async function createMissing(
  client: pg.Client,
  definition: string,
  name = definition.split(' ')[0] ?? '',
): Promise<void> {
  const { rows } = await client.query('select from pg_catalog.pg_roles where rolname = $1', [name]);
  if (rows.length === 0) await client.query(`create role ${definition}`);
}

function urlOf(serverUrl: string, database: string, login: string): string {
  const url = new URL(databaseUrl(serverUrl, decodeURIComponent(database)));
  url.username = login;
  url.password = password;
  return url.href;
}
