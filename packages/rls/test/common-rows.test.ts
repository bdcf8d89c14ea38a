import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { isolate, tenancy } from './fixtures/schema.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { asSystem, asTenant, inContext, sqlState } from './support/scope.ts';
import { acme, globex } from './support/seed.ts';

const { url } = await testDatabase();
const templates = pgTable(
  'templates',
  {
    organizationId: uuid('organization_id'),
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
  },
  (t) => [...isolate(t, { withoutTenant: 'shared' })],
);

test('every tenant reads the common rows, only the system writes them', async () => {
  await applySchema(url, { tenancy, schema: { templates } });
  const client = await connect(url);
  const into = 'insert into templates (organization_id, name) values';
  await asSystem(client, () => client.query(`${into} (null, 'Common')`));
  const as = <R>(tenant: string, fn: () => Promise<R>) => inContext(client, asTenant(tenant), fn);
  await as(acme.id, () => client.query(`${into} ($1, 'Of Acme')`, [acme.id]));

  const seen = async (tenant: string) =>
    (await as(tenant, () => client.query('select name from templates order by name'))).rows.map(
      ({ name }) => name,
    );
  expect(await seen(acme.id)).toEqual(['Common', 'Of Acme']);
  expect(await seen(globex.id)).toEqual(['Common']);

  const tried = (sql: string) => sqlState(as(acme.id, () => client.query(sql)));
  expect(await tried(`${into} (null, 'Forged')`)).toBe('42501');
  expect(await tried(`${into} ('${globex.id}', 'Forged')`)).toBe('42501');
  expect(await tried(`update templates set organization_id = null`)).toBe('42501');
  const changed = (sql: string) =>
    as(acme.id, async () => (await client.query(sql)).rows.map(({ name }) => name));
  expect(await changed(`update templates set name = name || '!' returning name`)).toEqual([
    'Of Acme!',
  ]);
  // a policy that somebody adds later opens the common rows to nobody
  await client.query('create policy careless on templates for all to app using (true)');
  expect(await changed('delete from templates returning name')).toEqual(['Of Acme!']);
  await client.query('drop policy careless on templates');
  expect(await seen(globex.id)).toEqual(['Common']);
});

test('common rows need a primary key without the tenant', () => {
  const wrong = pgTable(
    'wrong',
    { organizationId: uuid('organization_id'), id: tenancy.columns.id() },
    (t) => [...isolate(t, { withoutTenant: 'shared' })],
  );
  return expect(applySchema(url, { tenancy, schema: { wrong } })).rejects.toThrow(
    'whose primary key holds the tenant',
  );
});
