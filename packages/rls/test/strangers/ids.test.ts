import { createTenantPool, defineTenancy } from '@tenantry/core';
import { createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { applySchema } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';
import { inContext, sqlState } from '../support/scope.ts';

/** Ids that no sequence gives, and that applications have for themselves: 0 and -1. */
describe.each(['integer', 'bigint'] as const)('a tenant of %s', async (id) => {
  const tenancy = defineTenancy({ tenant: 'organization', id });
  const { isolate, tenants } = defineIsolation(tenancy);
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), slug: text().notNull().unique() },
    (t) => [...tenants(t)],
  );
  const notes = pgTable(
    'notes',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), body: text().notNull() },
    (t) => [...isolate(t)],
  );
  const members = pgTable(
    'members',
    { ...tenancy.columns.scoped(), userId: integer('user_id').notNull() },
    (t) => [...isolate(t, { key: [t.userId] })],
  );
  const schema = { organizations, notes, members };
  const directory = {
    tenant: organizations.id,
    claims: { slug: organizations.slug },
    member: members.userId,
  };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema, directory });
  const root = await connect(url);
  await root.query(`insert into organizations overriding system value values (-1, 'minus'), (0, 'zero'), (1, 'one');
    insert into notes (organization_id, body) select id, slug from organizations;
    insert into members select id, 7 from organizations`);
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());

  test.each([
    [0, 'zero'],
    ['0', 'zero'],
    [-1, 'minus'],
    ['-1', 'minus'],
  ])('%j is a scope with its own rows, by id and by slug', async (tenant, slug) => {
    const read = async () => (await pool.query('select body from notes')).rows;
    const user = '7';
    const entry = (by: string, value: string | number) => ({ claim: { by, value }, user });
    expect(await tenancy.run(tenant as never, read)).toEqual([{ body: slug }]);
    expect(await pool.enter(entry('id', tenant), read)).toEqual([{ body: slug }]);
    expect(await pool.enter(entry('slug', slug), read)).toEqual([{ body: slug }]);
  });

  test('one of the range that nobody has is empty', async () => {
    const read = () => pool.query('select body from notes');
    expect((await tenancy.run(-2147483648 as never, read)).rows).toEqual([]);
  });

  test('in SQL of its own it is a tenant as any other', async () => {
    for (const [tenant, slug] of [
      ['0', 'zero'],
      ['-1', 'minus'],
      ['1', 'one'],
    ] as const) {
      const as = { role: 'app', setting: 'app.organization_id', tenant };
      const { rows } = await inContext(root, as, () => root.query('select body from notes'));
      expect(rows).toEqual([{ body: slug }]);
      const forged = inContext(root, as, () =>
        root.query(
          `insert into notes (organization_id, body) values (${tenant === '1' ? 0 : 1}, 'x')`,
        ),
      );
      expect(await sqlState(forged)).toBe('42501');
    }
  });
});
