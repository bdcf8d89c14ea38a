import { defineTenancy } from '@tenantry/core';
import {
  type AnyPgTable,
  integer,
  type PgColumnBuilderBase,
  pgSchema,
  pgTable,
  serial,
  text,
} from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { onCitusWith } from './world.ts';

const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  dialect: 'citus',
  schema: 'of_people',
});
const { isolate, tenants, visibleThrough } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const crm = pgSchema('crm');
type Columns = Record<string, PgColumnBuilderBase>;

/** People by numbers and by texts, two tables of one name. */
const persons = pgTable('People %', { id: serial().primaryKey(), name: text() }, (t) => [
  ...visibleThrough(t, { link: (): AnyPgTable => members, property: 'person' }),
]);
const contacts = crm.table('People %', { id: text().primaryKey(), name: text() }, (t) => [
  ...visibleThrough(t, { link: (): AnyPgTable => members, property: 'contact' }),
]);
const members = pgTable(
  'members',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    person: integer().references(() => persons.id),
    contact: text().references(() => contacts.id),
  } satisfies Columns,
  (t) => [...isolate(t)],
);
const schema = { organizations, crm, persons, contacts, members };

onCitusWith('people of other ids', { tenancy, schema }, (world) => {
  test('are seen by their tenants, each table by its own link, in a schema of its own', async () => {
    const { root } = world();
    const [acme, globex] = [await world().organization(), await world().organization()];
    for (const statement of [
      `insert into "People %" (name) values ('ann'), ('bob'), ('cat')`,
      `insert into crm."People %" values ('a"b', 'ann'), ('{x,y}', 'bob'), ('', 'cat')`,
    ])
      await root.query(statement);
    for (const [tenant, person, contact] of [
      [acme, 1, '{x,y}'],
      [acme, 2, null],
      [acme, 2, 'a"b'],
      [globex, 3, ''],
    ])
      await root.query(
        'insert into members (organization_id, person, contact) values ($1, $2, $3)',
        [tenant, person, contact],
      );
    const seen = (tenant: string, table: string) =>
      world().column('the coordinator', tenant, `select name from ${table} order by 1`);
    expect(await seen(acme, '"People %"')).toEqual(['ann', 'bob']);
    expect(await seen(acme, 'crm."People %"')).toEqual(['ann', 'bob']);
    expect(await seen(globex, '"People %"')).toEqual(['cat']);
    expect(await seen(globex, 'crm."People %"')).toEqual(['cat']);
    const both = 'select p.name from "People %" p join crm."People %" c using (name) order by 1';
    expect(await world().column('a worker', acme, both)).toEqual(['ann', 'bob']);
  });
});
