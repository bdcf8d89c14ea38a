import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { diagnose } from '@tenantry/rls/doctor';
import { generate } from '@tenantry/rls/generate';
import { expectIsolated } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import {
  bigserial,
  integer,
  pgEnum,
  pgPolicy,
  pgTable,
  pgView,
  serial,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, test } from 'vitest';

// What applications have besides plain tables: views, generated columns, enums, partitions, policies of
// their own, tables that the code declares and the database lacks, tables of other libraries.

const tenancy = defineTenancy({ tenant: 'team', id: 'integer' });
const { isolate, reference, tenants } = defineIsolation(tenancy);

const kind = pgEnum('event_kind', ['created', 'deleted']);
const teams = pgTable('teams', { id: serial().primaryKey(), name: text().notNull() }, (t) => [
  ...tenants(t),
]);
const people = pgTable(
  'people',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    first: text().notNull(),
    last: text().notNull(),
    full: text().generatedAlwaysAs(sql`first || ' ' || last`),
  },
  (t) => [
    ...isolate(t),
    unique('people_full_key').on(t.teamId, t.full),
    ...reference(t, { column: t.teamId, to: () => teams, onDelete: 'cascade' }),
    // of the application, from before Tenantry: loose, and of no consequence under the floor
    pgPolicy('people_read', { for: 'select', to: 'public', using: sql`true` }),
    pgPolicy('people_adults', {
      as: 'restrictive',
      for: 'select',
      using: sql`${t.first} <> 'hidden'`,
    }),
  ],
);
const events = pgTable(
  'events',
  {
    ...tenancy.columns.scoped(),
    id: bigserial({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    kind: kind().notNull().default('created'),
    personId: integer('person_id'),
  },
  (t) => [
    ...isolate(t, { key: [t.id, t.at] }),
    ...reference(t, { column: t.personId, to: () => people, onDelete: 'set null' }),
  ],
);
const names = pgView('names', { team: integer(), full: text() })
  .with({ securityInvoker: true })
  .as(sql`select team_id as team, "full" from people`);
const everyName = pgView('every_name', { full: text() }).as(sql`select "full" from people`);
const schema = { kind, teams, people, events, names, everyName };
const exempt = { 'pgboss.*': 'the queue', sessions: 'the library for sign-in' };

const partitioned = (statement: string) =>
  /create table "events"/i.test(statement)
    ? `${statement.replace(/;\s*$/, '')} partition by range (at);
       create table events_old partition of events for values from ('2020-01-01') to ('2025-01-01');
       create table events_now partition of events default`
    : statement;

const { url } = await testDatabase();
await withClient(url, (client) =>
  client.query(`
    create schema pgboss; create table pgboss.job (id serial primary key, team_id integer, data jsonb);
    create table sessions (id text primary key, team_id integer)`),
);
const { warnings } = await applySchema(url, { tenancy, schema, rewrite: partitioned });
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
  exempt,
});
afterAll(() => pool.end());

const found = (options: object = {}) =>
  withClient(url, async (client) => {
    const { findings } = await diagnose(client, { tenancy, schema, exempt, ...options });
    return findings
      .filter(({ rule }) => rule !== 'server-out-of-date' && rule !== 'large-objects')
      .map(({ rule, object }) => `${rule} ${object}`);
  });

describe('a schema as applications have it', () => {
  test('generate grants the view that reads as its caller, and warns of the other', () => {
    expect(warnings.map(({ code, table }) => `${code} ${table}`)).toEqual([
      'VIEW_READS_AS_OWNER every_name',
    ]);
  });

  test('generate leaves the policies of the application to drizzle-kit', () => {
    const { sections } = generate({ tenancy, schema });
    const text = sections.flatMap(({ statements }) => statements).join('\n');
    expect(text).not.toContain('people_adults');
  });

  test('a loose policy of the application opens nothing, a strict one still holds', async () => {
    await withClient(url, (client) =>
      client.query(`
        insert into teams (id, name) values (1, 'one'), (2, 'two');
        insert into people (team_id, first, last) values (1, 'Ada', 'L'), (1, 'hidden', 'H'), (2, 'Bob', 'B');
        insert into events (team_id, at) values (1, '2021-01-01'), (1, now()), (2, '2021-01-01')`),
    );
    const seen = (text: string) =>
      tenancy.run(1, async () => (await pool.query({ text, rowMode: 'array' })).rows.flat());
    expect(await seen('select "full" from people')).toEqual(['Ada L']);
    expect(await seen('select "full" from names')).toEqual(['Ada L']);
    expect(await seen('select count(*)::int from events')).toEqual([2]);
    for (const text of ['select from every_name', 'select from events_old', 'select from sessions'])
      await expect(seen(text)).rejects.toMatchObject({ code: '42501' });
    await withClient(url, (client) => client.query('delete from teams'));
  });

  test('doctor names the loose policy and nothing else', async () => {
    expect(await found()).toEqual(
      expect.arrayContaining(['policy-not-tenant-bound people.people_read']),
    );
    const others = (await found()).filter((line) => !/people\.people_(read|adults)/.test(line));
    expect(others).toEqual([]);
  });

  test('expectIsolated attacks partitions and views, and holds', async () => {
    const report = await expectIsolated({ pool, tenancy, schema });
    expect(report.leaks).toEqual([]);
    expect(report.tables).toEqual(['teams', 'people', 'events']);
  });

  test('a table that the code declares and the database lacks is said by name', async () => {
    const absent = pgTable('absent', { ...tenancy.columns.scoped(), id: serial() }, (t) => [
      ...isolate(t),
    ]);
    const more = { ...schema, absent };
    expect(await found({ schema: more })).toContain('schema-drift absent');
    await expect(expectIsolated({ pool, tenancy, schema: more })).rejects.toMatchObject({
      code: 'ISOLATION_SCHEMA_DIFFERS',
      found: 'the database lacks absent, which the schema declares.',
    });
  });

  test('a table of another library is left alone, and found where nobody names it', async () => {
    await withClient(url, (client) => client.query('grant select on sessions to app'));
    expect((await found()).filter((line) => line.includes('sessions'))).toEqual([]);
    expect(await found({ exempt: {} })).toContain('rls-disabled sessions');
    await withClient(url, (client) => client.query('revoke select on sessions from app'));
  });
});
