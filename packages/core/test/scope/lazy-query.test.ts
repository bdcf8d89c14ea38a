import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import { expect, test } from 'vitest';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();
const db = drizzle(pool);
const projects = pgTable('projects', { name: text().notNull() });
const kysely = new Kysely<{ projects: { name: string } }>({
  dialect: new PostgresDialect({ pool }),
});

const ofAcme = [{ name: 'Anvil' }, { name: 'Rocket' }];
const lazy = () => db.select().from(projects).orderBy(projects.name);
const entry = { claim: { by: 'slug', value: 'acme' }, user: ada };

test('a query that is only built in the scope is sent in the scope', async () => {
  expect(await tenancy.run(acme, lazy)).toEqual(ofAcme);
  expect(await tenancy.run({ organizationId: acme, timeoutMs: 5000 }, lazy)).toEqual(ofAcme);
  expect(await tenancy.run(acme, async () => lazy())).toEqual(ofAcme);
  expect(await pool.enter(entry, lazy)).toEqual(ofAcme);
  expect(await pool.enter({ ...entry, verify: 'with-first-statement' }, lazy)).toEqual(ofAcme);
  const all = await tenancy.asSystem({ reason: 'a test', actor: 'tests' }, lazy);
  expect(all).toHaveLength(3);
  const built = kysely.selectFrom('projects').select('name').orderBy('name');
  expect(await tenancy.run(acme, () => built.execute())).toEqual(ofAcme);
});

test('a query that was built elsewhere reads for the scope that awaits it', async () => {
  const built = await tenancy.run(globex, () => ({ query: lazy() }));
  expect(await tenancy.run(acme, () => built.query)).toEqual(ofAcme);
  await expect(built.query).rejects.toMatchObject({ cause: { code: 'TENANT_CONTEXT_MISSING' } });
});
