import { defineTenancy } from '@tenantry/core';
import { defineIsolation, numberColumns } from '@tenantry/rls';
import { type Application, withClient } from '@tenantry/testing/schema';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { History } from '../support/history.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, numbered } = defineIsolation(tenancy);
const acme = '00000000-0000-4000-8000-000000000001';

const own = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });
const application = (invoices: object): Application => ({ tenancy, schema: { invoices } });
const pattern = { pattern: '{year}-{0000}', timeZone: 'UTC' };

test('numbers come to a table with rows, change, and go; the database is as one made anew', async () => {
  const history = await History.begin();
  const year = new Date().getUTCFullYear();
  const insert = () =>
    withClient(history.url, async (client) => {
      const { rows } = await client.query({
        text: 'insert into invoices (organization_id, project) values ($1, $2) returning number',
        values: [acme, acme],
        rowMode: 'array',
      });
      return rows[0]?.[0];
    });
  const step = async (table: object, renames = {}) => {
    await history.step(application(table), renames);
    expect(await history.differences()).toEqual([]);
  };
  const project = () => ({ project: uuid().notNull() });

  await step(pgTable('invoices', { ...own(), ...project() }, (t) => [...isolate(t)]));
  await withClient(history.url, (client) =>
    client.query(
      'insert into invoices (organization_id, project) select $1, $1 from generate_series(1, 3)',
      [acme],
    ),
  );
  // by drizzle-kit: the columns, not null, on three rows
  await step(
    pgTable('invoices', { ...own(), ...project(), ...numberColumns() }, (t) => [
      ...isolate(t),
      ...numbered(t, pattern),
    ]),
  );
  expect(await insert()).toBe(`${year}-0004`);
  // another pattern: what is numbered stays
  await step(
    pgTable('invoices', { ...own(), ...project(), ...numberColumns() }, (t) => [
      ...isolate(t),
      ...numbered(t, { ...pattern, pattern: 'RE-{year}-{0}' }),
    ]),
  );
  expect(await insert()).toBe(`RE-${year}-5`);
  // a series by project, and a column of another name
  const renamed = { ...numberColumns(), number: text('reference').notNull().default('') };
  await step(
    pgTable('invoices', { ...own(), ...project(), ...renamed }, (t) => [
      ...isolate(t),
      ...numbered(t, { ...pattern, by: t.project }),
    ]),
    { columns: { invoices: { number: 'reference' } } },
  );
  // the columns go, and with them what numbered the rows
  await step(pgTable('invoices', { ...own(), ...project() }, (t) => [...isolate(t)]));
  await withClient(history.url, (client) =>
    client.query('insert into invoices (organization_id, project) values ($1, $1)', [acme]),
  );
  await step(
    pgTable('invoices', { ...own(), ...project(), number: integer().notNull().default(0) }, (t) => [
      ...isolate(t),
      ...numbered(t),
    ]),
  );
  expect(await insert()).toBe(7);
});
