import { randomUUID } from 'node:crypto';
import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
const { isolate, reference, shared, tenants } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const labels = pgTable('labels', { id: text().primaryKey() }, (t) => [...shared(t)]);
const people = pgTable('people', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [
  ...isolate(t),
  ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
]);
const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    author: uuid(),
    parent: uuid(),
    label: text(),
  },
  (t) => [
    // whoever deletes a person needs no right to change what the person has made
    ...isolate(t, { access: 'read' }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, { column: t.author, to: () => people, onDelete: 'set null' }),
    ...reference(t, { column: t.parent, to: 'self', onDelete: 'set null' }),
    ...reference(t, { column: t.label, to: () => labels, onDelete: 'set null' }),
  ],
);
const input = { tenancy, schema: { organizations, labels, people, projects } };

describe.skipIf(citusUrl() === undefined)('ON DELETE SET NULL on Citus', () => {
  let database: CitusDatabase;
  let pool: TenantPool;
  beforeAll(async () => {
    database = await createCitusDatabase({ migrate: (url) => applySchema(url, input) });
    const { app, system } = await createLogins(database.url, tenancy);
    pool = createTenantPool(tenancy, {
      connectionString: app,
      system: { connectionString: system },
    });
    await ask("insert into labels values ('red')");
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const ask = async (statement: string, values: unknown[] = []) =>
    (await withClient(database.url, (client) => client.query(statement, values))).rows;

  /** Two people and a project of the first, with two below it. */
  async function organization() {
    const [id, ann, bob, top] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await ask('insert into organizations values ($1)', [id]);
    await ask('insert into people (organization_id, id) values ($1, $2), ($1, $3)', [id, ann, bob]);
    await ask(
      "insert into projects (organization_id, id, author, label) values ($1, $2, $3, 'red')",
      [id, top, ann],
    );
    for (const author of [ann, bob])
      await ask('insert into projects (organization_id, author, parent) values ($1, $2, $3)', [
        id,
        author,
        top,
      ]);
    const rows = () =>
      ask('select author, parent from projects where organization_id = $1 order by 1, 2', [id]);
    return { id, ann, bob, top, rows };
  }

  test('a person who goes leaves the projects without an author, in one tenant', async () => {
    const here = await organization();
    const there = await organization();
    // the same id in another tenant is another person
    await ask('insert into people (organization_id, id) values ($1, $2)', [there.id, here.ann]);
    await ask('update projects set author = $2 where organization_id = $1', [there.id, here.ann]);
    await tenancy.run(here.id, () => pool.query('delete from people where id = $1', [here.ann]));
    const authors = async (of: typeof here) => (await of.rows()).map(({ author }) => author);
    expect(await authors(here)).toEqual([here.bob, null, null]);
    expect(await authors(there)).toEqual([here.ann, here.ann, here.ann]);
  });

  test('rows that reference one another go in one statement', async () => {
    const { id, top, rows } = await organization();
    await ask('delete from projects where organization_id = $1 and id = $2', [id, top]);
    expect((await rows()).map(({ parent }) => parent)).toEqual([null, null]);
    const again = await organization();
    await ask('delete from projects where organization_id = $1', [again.id]);
    expect(await again.rows()).toEqual([]);
  });

  test('a tenant goes with all that it has', async () => {
    const { id, rows } = await organization();
    await ask('delete from organizations where id = $1', [id]);
    expect(await rows()).toEqual([]);
  });

  test('a row of all tenants that goes clears the column on every node', async () => {
    await ask("insert into labels values ('blue')");
    const [a, b, c] = [await organization(), await organization(), await organization()];
    const ids = [a.id, b.id, c.id];
    await ask("update projects set label = 'blue' where organization_id = any($1)", [ids]);
    await ask("delete from labels where id = 'blue'");
    expect(
      await ask('select distinct label from projects where organization_id = any($1)', [ids]),
    ).toEqual([{ label: null }]);
  });
});
