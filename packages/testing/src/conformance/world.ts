import {
  createTenantPool,
  type Tenancy,
  type TenantPool,
  type TenantPoolOptions,
} from '@tenantry/core';
import { createTestDatabase } from '../database/create.ts';
import { createLogins, type Logins } from '../schema/logins.ts';
import type { TestServerAddress } from '../server/types.ts';
import { withClient } from '../sql/client.ts';
import type { ConformanceTenant, ConformanceWorld } from './adapter-harness.ts';
import { crowdSql, makeWorld, organizations, secret, tenancy } from './world-database.ts';

/** What {@link createConformanceWorld} takes. */
export interface ConformanceWorldOptions {
  /** The server. Default: one for this process, started by the first call. */
  readonly server?: TestServerAddress;
  /** Options of the tenant pool, besides the connection strings. Default: `{ max: 4 }`. */
  readonly pool?: TenantPoolOptions;
}

/** Two organizations in a database of their own, behind a tenant pool. */
export interface ConformanceDatabase extends Required<ConformanceWorld> {
  readonly tenancy: Tenancy<'organization', 'uuid'>;
  /** The organizations `acme`, with the projects Anvil and Rocket, and `globex`, with Reactor. */
  readonly tenants: readonly [ConformanceOrganization, ConformanceOrganization];
  /** The pool for the adapter under test; its directory knows the claim `slug`. */
  readonly pool: TenantPool;
  /** The connection strings of the pool, for an application that opens one of its own. */
  readonly logins: Logins;
  /** The secret of the tenancy, for such an application. */
  readonly secret: string;
  /** Ends the pool, and drops the database. */
  end(): Promise<void>;
}

/** A tenant under test, and its id. */
export interface ConformanceOrganization extends ConformanceTenant {
  readonly id: string;
}

/**
 * Makes a world for `adapterConformance`: a new database with two organizations, a member and projects of each,
 * and a tenant pool on it. The tables are made once for all worlds of a server.
 *
 * @throws TenantryError as `createTestDatabase` and `createTenantPool`
 * @example
 * ```ts
 * const world = await createConformanceWorld();
 * adapterConformance({ describe, it, afterAll }, {
 *   name: 'my framework',
 *   world,
 *   answersAfterScope: true,
 *   start: (application) => listen(serve(world.pool, application)),
 * });
 * afterAll(() => world.end());
 * ```
 */
export async function createConformanceWorld(
  options: ConformanceWorldOptions = {},
): Promise<ConformanceDatabase> {
  const { server } = options;
  const database = await createTestDatabase({
    key: 'conformance-world',
    migrate: makeWorld,
    ...(server !== undefined && { server }),
  });
  const { url } = database;
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    max: 4,
    ...options.pool,
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  const names = async (sql: string, values?: unknown[]) =>
    (await pool.query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
  const ask = (sql: string, values?: unknown[]) =>
    withClient(url, async (client) => (await client.query(sql, values)).rows);
  const { acme, globex } = organizations;
  return {
    tenancy,
    pool,
    logins,
    secret,
    tenants: [
      { claim: 'acme', ...acme },
      { claim: 'globex', ...globex },
    ],
    unknownClaim: 'nobody',
    read: () => names(`select name from projects where name not like 'written%'`),
    readSlowly: (milliseconds) =>
      names(`select name from projects, (select pg_sleep($1)) nap where name not like 'written%'`, [
        milliseconds / 1000,
      ]),
    write: (text) => pool.query('insert into projects (name) values ($1)', [text]),
    isWritten: async (text) =>
      (await ask('select from projects where name = $1', [text])).length === 1,
    ownScope: () => {
      const { organizationId } = tenancy.current();
      return (fn) => tenancy.run(organizationId, fn);
    },
    capture: () => tenancy.capture(),
    resume: (token, fn) => pool.resume(token, fn),
    crowd: () => ask(crowdSql),
    async end() {
      await pool.end();
      // an application may still hold connections of its own
      await database.drop({ force: false });
    },
  };
}
