import { type ConformanceLibrary, poolConformance } from '@tenantry/testing/conformance';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { Kysely, sql as kyselySql, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const runner = { describe, it, afterAll };
const divideByZero = 'select 1 / 0';

async function committed(wanted: string) {
  const rows = await database.ask('select organization_id, name from projects where name = $1', [
    wanted,
  ]);
  return rows.map((row) => ({ tenant: String(row.organization_id), text: String(row.name) }));
}

function conforms<Handle>(
  name: string,
  libraryOn: (pool: ReturnType<typeof database.pool>) => ConformanceLibrary<Handle>,
): void {
  const pool = database.pool({ max: 3 });
  poolConformance(runner, {
    name,
    library: libraryOn(pool),
    pool,
    tenants: [acme, globex],
    run: (tenant, fn) => tenancy.run(tenant, fn),
    committed,
  });
}

const projects = pgTable('projects', {
  organizationId: uuid('organization_id'),
  name: text().notNull(),
});

type Query = Pick<pg.Pool | pg.PoolClient, 'query'>;

const onPg = (pool: pg.Pool): ConformanceLibrary<Query> => ({
  handle: pool,
  read: async (on) =>
    (await on.query('select organization_id as tenant, name as text from projects')).rows,
  insert: (on, name) => on.query('insert into projects (name) values ($1)', [name]),
  insertFor: (on, tenant, name) =>
    on.query('insert into projects (organization_id, name) values ($1, $2)', [tenant, name]),
  rename: async (on, from, to) =>
    (await on.query('update projects set name = $2 where name = $1', [from, to])).rowCount ?? 0,
  fail: (on) => on.query(divideByZero),
  async transaction(_, fn) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await fn(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  },
  async savepoint(client, fn) {
    await client.query('savepoint inner_one');
    try {
      const result = await fn(client);
      await client.query('release savepoint inner_one');
      return result;
    } catch (error) {
      await client.query('rollback to savepoint inner_one');
      throw error;
    }
  },
});

conforms('pg', onPg);

type Drizzled = Pick<
  ReturnType<typeof drizzleOn>,
  'select' | 'insert' | 'update' | 'execute' | 'transaction'
>;
const drizzleOn = (pool: pg.Pool) => drizzle({ client: pool });

conforms<Drizzled>('Drizzle', (pool) => ({
  handle: drizzleOn(pool),
  read: (on) =>
    on
      .select({ tenant: sql<string>`${projects.organizationId}`, text: projects.name })
      .from(projects),
  insert: (on, name) => on.insert(projects).values({ organizationId: sql`default`, name }),
  insertFor: (on, organizationId, name) => on.insert(projects).values({ organizationId, name }),
  rename: async (on, from, to) =>
    (await on.update(projects).set({ name: to }).where(eq(projects.name, from))).rowCount ?? 0,
  fail: (on) => on.execute(sql.raw(divideByZero)),
  transaction: (on, fn) => on.transaction(fn),
  savepoint: (transaction, fn) => transaction.transaction(fn),
}));

interface Tables {
  projects: { organization_id: string; name: string };
}

conforms<Kysely<Tables>>('Kysely', (pool) => ({
  handle: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
  read: (on) =>
    on.selectFrom('projects').select(['organization_id as tenant', 'name as text']).execute(),
  insert: (on, name) =>
    on.insertInto('projects').values({ organization_id: kyselySql`default`, name }).execute(),
  insertFor: (on, organization_id, name) =>
    on.insertInto('projects').values({ organization_id, name }).execute(),
  rename: async (on, from, to) => {
    const result = await on
      .updateTable('projects')
      .set({ name: to })
      .where('name', '=', from)
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  },
  fail: (on) => kyselySql.raw(divideByZero).execute(on),
  transaction: (on, fn) => on.transaction().execute(fn),
}));

test('the suite fails where nothing isolates', async () => {
  // a tenant that is set for the session, by a login that no policy holds
  const bare = new pg.Pool({ connectionString: database.url, max: 1 });
  onTestFinished(() => bare.end());
  const bodies: [string, () => Promise<void>][] = [];
  const collector = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => bodies.push([name, body]),
    afterAll: () => {},
  };
  poolConformance(collector, {
    name: 'a bare pool',
    library: onPg(bare),
    pool: Object.assign(bare, {
      batch: (build: () => readonly PromiseLike<unknown>[]) => Promise.all(build()),
    }),
    tenants: [acme, globex],
    async run(tenant, fn) {
      await bare.query(`select set_config('app.organization_id', $1, false)`, [tenant]);
      return fn();
    },
    committed,
  });
  const passed: string[] = [];
  for (const [name, body] of bodies) {
    await body().then(
      () => passed.push(name),
      () => {},
    );
  }
  expect(bodies.length).toBeGreaterThan(12);
  expect(passed).toEqual([
    'writes for its tenant without saying so',
    'rolls a transaction back when its function fails',
  ]);
});
