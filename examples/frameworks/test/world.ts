import { createTenantPool, defineTenancy } from '@tenantry/core';
import { header } from '@tenantry/core/resolvers';
import { defineIsolation } from '@tenantry/rls';
import type { ConformanceWorld } from '@tenantry/testing/conformance';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll } from 'vitest';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  secret: 'a secret of the tests, of 32 characters',
});
const { isolate, tenants } = defineIsolation(tenancy);

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), slug: text().notNull().unique() },
  (t) => [...tenants(t)],
);
const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);
const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t)],
);

export const ada = '00000000-0000-4000-8000-000000000ada';
export const bob = '00000000-0000-4000-8000-000000000b0b';
export const asAda = { 'x-tenant': 'acme', 'x-user': ada };
export const asStranger = { 'x-tenant': 'acme', 'x-user': bob };

const rows = `
  with made as (
    insert into organizations (slug) values ('acme'), ('globex') returning id, slug),
  members as (
    insert into memberships (organization_id, user_id)
      select id, (case slug when 'acme' then '${ada}' else '${bob}' end)::uuid from made)
  insert into projects (organization_id, name)
    select id, name from made join (values
      ('acme', 'Anvil'), ('acme', 'Rocket'), ('globex', 'Reactor')) as named (tenant, name)
      on slug = tenant`;

/** Two organizations, and a pool of four connections. */
export async function frameworkWorld() {
  const { url } = await testDatabase({
    key: 'example-frameworks',
    migrate: async (to) => {
      await applySchema(to, {
        tenancy,
        schema: { organizations, memberships, projects },
        directory: {
          tenant: organizations.id,
          claims: { slug: organizations.slug },
          member: memberships.userId,
        },
      });
      await withClient(to, (client) => client.query(rows));
    },
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 4,
  });
  afterAll(() => pool.end());
  const names = async (sql: string, values?: unknown[]) =>
    (await pool.query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
  const world: ConformanceWorld = {
    tenants: [
      { claim: 'acme', user: ada, rows: ['Anvil', 'Rocket'] },
      { claim: 'globex', user: bob, rows: ['Reactor'] },
    ],
    unknownClaim: 'nobody',
    read: () => names(`select name from projects where name not like 'written%'`),
    readSlowly: (milliseconds) =>
      names(`select name from projects, (select pg_sleep($1)) nap where name not like 'written%'`, [
        milliseconds / 1000,
      ]),
    write: (name) => pool.query('insert into projects (name) values ($1)', [name]),
    isWritten: (name) =>
      withClient(url, async (client) => {
        const found = await client.query('select from projects where name = $1', [name]);
        return found.rowCount === 1;
      }),
    ownScope: () => {
      const { organizationId } = tenancy.current();
      return (fn) => tenancy.run(organizationId, fn);
    },
    capture: () => tenancy.capture(),
    resume: (token, fn) => pool.resume(token, fn),
  };
  return { url, pool, world, names: () => names('select name from projects order by name') };
}

export const resolve = header('x-tenant', { by: 'slug' });
