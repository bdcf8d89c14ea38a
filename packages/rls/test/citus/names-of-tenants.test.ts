import { createTenantPool, defineTenancy, type Tenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distribute, planDistribution } from '../../src/distribution/index.ts';

const ada = '00000000-0000-4000-8000-000000000ada';
const acme = '00000000-0000-4000-8000-000000000001';

/** An application whose tenants have a slug, before and after it has a table of its own for them. */
function application(dialect: Tenancy['dialect']) {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { tenants, shared, isolate } = defineIsolation(tenancy);
  const slug = dialect === 'postgres' ? text().notNull().unique() : text().notNull();
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), slug },
    (t) => [...tenants(t)],
  );
  const memberships = pgTable(
    'memberships',
    { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
    (t) => [...isolate(t, { key: [t.userId] })],
  );
  const organizationSlugs = pgTable(
    'organization_slugs',
    { slug: text().primaryKey(), organizationId: uuid('organization_id').notNull() },
    (t) => [...shared(t)],
  );
  const claims = {
    slug: dialect === 'postgres' ? organizations.slug : organizationSlugs.slug,
  };
  return {
    tenancy,
    schema: { organizations, memberships, organizationSlugs },
    directory: { tenant: organizations.id, member: memberships.userId, claims },
  };
}
const plain = application('postgres');
const app = application('citus');

describe.skipIf(citusUrl() === undefined)('names of tenants', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({ migrate: (url) => applySchema(url, plain) });
  });
  afterAll(() => database?.drop());

  const serve = async ({ tenancy }: typeof plain) => {
    const logins = await createLogins(database.url, tenancy);
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
    });
    const signUp = (id: string, slug: string) =>
      tenancy.asSystem({ reason: 'sign up', actor: 'test', write: true }, () =>
        pool.transaction(async (tx) => {
          await tx.query('insert into organizations (id, slug) values ($1, $2)', [id, slug]);
          await tx.query('insert into organization_slugs values ($1, $2)', [slug, id]);
          await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
            id,
            ada,
          ]);
        }),
      );
    const enter = (slug: string) =>
      pool.enter({ claim: { by: 'slug', value: slug }, user: ada }, () =>
        pool.query('select id from organizations'),
      );
    return { pool, signUp, enter };
  };

  test('go from a column of one server to a table on every node', async () => {
    const before = await serve(plain);
    await before.signUp(acme, 'acme');
    expect((await before.enter('acme')).rows).toEqual([{ id: acme }]);
    await before.pool.end();
    await withClient(database.url, async (client) => {
      const { obstacles } = await planDistribution(client, app);
      expect(obstacles).toEqual([
        {
          table: 'organizations',
          found: expect.stringContaining('organizations_slug_unique is unique across tenants'),
          fix: expect.stringContaining('Let a migration drop it before'),
        },
      ]);
      await client.query('alter table organizations drop constraint organizations_slug_unique');
      await distribute(client, app);
    });
    const after = await serve(app);
    expect((await after.enter('acme')).rows).toEqual([{ id: acme }]);
    const ids = Array.from({ length: 5 }, (_, i) => `00000000-0000-4000-8000-00000000001${i}`);
    const tried = await Promise.allSettled(ids.map((id) => after.signUp(id, 'globex')));
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await after.enter('globex')).rowCount).toBe(1);
    await expect(after.enter('nobody')).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    await after.pool.end();
    const left = await withClient(database.url, (client) =>
      client.query('select slug from organizations order by 1'),
    );
    expect(left.rows).toEqual([{ slug: 'acme' }, { slug: 'globex' }]);
  });
});
