import { defineTenancy } from '@tenantry/core';
import { generate } from '@tenantry/rls/generate';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { applySchema, runAll, withClient } from '../support/apply.ts';
import { catalogSnapshot } from '../support/catalog.ts';
import { testLogin } from '../support/login.ts';
import { databaseWith, examine, lines } from './support.ts';

const { tenancy } = schema;

describe('doctor and a good schema', async () => {
  const { url, client } = await databaseWith('');
  await applySchema(url, application);
  const options = { tenancy, schema };

  test('finds nothing but the key of a table that was there before', async () => {
    const diagnosis = await examine(client, options);
    expect(lines(diagnosis)).toEqual(['primary-key-without-tenant invoices.invoices_pkey']);
    expect(diagnosis).toMatchObject({ plans: 6, unseen: [], guessed: false });
  });

  test('changes nothing, and leaves no transaction open', async () => {
    const before = await catalogSnapshot(client);
    await examine(client, options);
    expect(await catalogSnapshot(client)).toEqual(before);
    expect((await client.query('select pg_current_xact_id_if_assigned() as id')).rows).toEqual([
      { id: null },
    ]);
  });

  test('names table by table where the schema differs', async () => {
    const more = pgTable('missing', { id: uuid() });
    const changed = pgTable('plans', { id: text(), price: text(), currency: text() });
    const { plans: _, ...rest } = schema;
    const found = lines(await examine(client, { tenancy, schema: { ...rest, more, changed } }));
    expect(found).toEqual(expect.arrayContaining(['schema-drift missing', 'schema-drift plans']));
  });

  test('a login without any right sees the catalogue, and is told what it was not shown', async () => {
    const login = await testLogin(url, []);
    await withClient(login.url, async (own) => {
      const diagnosis = await examine(own, options);
      expect(lines(diagnosis)).toEqual(['primary-key-without-tenant invoices.invoices_pkey']);
      // without membership it cannot take the role on
      expect(diagnosis.unseen).toEqual([
        expect.stringMatching(/^plans: permission denied to set role/),
        // nor make what should be there once more, to compare the two
        expect.stringMatching(/^what generate makes, word by word: permission denied .* more\)$/),
      ]);
    });
  });

  test('a part of the catalogue that is closed is named, and the rest is examined', async () => {
    const closed = await databaseWith('revoke select on pg_catalog.pg_publication from public');
    await closed.client.query('create table t (org_id int)');
    const login = await testLogin(closed.url, []);
    await withClient(login.url, async (own) => {
      const diagnosis = await examine(own, {});
      expect(diagnosis.unseen).toEqual([expect.stringMatching(/^publications: permission denied/)]);
      expect(lines(diagnosis)).toContain('rls-disabled t');
    });
  });
});

test('PostgreSQL 13 is refused before anything is asked of it', async () => {
  const asked: string[] = [];
  const old = {
    async query(sql: string) {
      asked.push(sql);
      return { rows: [{ num: 130_014, text: '13.14' }] };
    },
  };
  await expect(diagnose(old, { tenancy })).rejects.toMatchObject({
    code: 'DOCTOR_SERVER_TOO_OLD',
    found: 'PostgreSQL 13.14',
  });
  expect(asked.at(-1)).toBe('rollback');
});

test('names that need quotes, of several schemas, in findings and in SQL that runs', async () => {
  const { client } = await databaseWith(`
    create schema "Kunden & Co";
    create table "Kunden & Co"."O'Brien ""x"" é" ("Mandant-ID" uuid, "Näme" text);
    alter table "Kunden & Co"."O'Brien ""x"" é" enable row level security;
    create policy "die ""erste""" on "Kunden & Co"."O'Brien ""x"" é"
      using ("Mandant-ID" = (select nullif(current_setting('app.m', true), '')::uuid));
    create table public.plain ("Mandant-ID" uuid not null);
  `);
  const options = { tenantColumn: 'Mandant-ID', role: 'postgres' };
  const { findings } = await examine(client, options);
  const title = 'Kunden & Co.O\'Brien "x" é';
  expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual(
    expect.arrayContaining([
      `rls-not-forced ${title}`,
      `tenant-column-nullable ${title}.Mandant-ID`,
      `policy-no-floor ${title}`,
      'rls-disabled plain',
    ]),
  );
  expect(lines({ findings } as never)).not.toContain(
    `policy-not-tenant-bound ${title}.die "erste"`,
  );
  for (const sql of findings.filter((f) => f.object.startsWith(title)).flatMap((f) => f.fixSql))
    await client.query(sql);
  expect(
    (await examine(client, options)).findings.filter((f) => f.object.startsWith(title)),
  ).toEqual([]);
});

const many = process.env.TENANTRY_LONG === '1' ? 2000 : 800;

test(`${many} tables take no more than their share`, async () => {
  const { client } = await databaseWith('');
  const wide = defineTenancy({ tenant: 'organization', id: 'uuid' });
  const { foundation } = generate({ tenancy: wide, schema: {} });
  await runAll(client, foundation.statements);
  const bound =
    "organization_id = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid)";
  let few = 0;
  const share = many / 8;
  for (let at = 0; at < many; at += share) {
    if (at === share) few = (await examine(client, { tenancy: wide })).durationMs;
    await client.query(`do $$ begin for i in ${at}..${at + share - 1} loop
      execute format('create table t%1$s (organization_id uuid not null, id uuid not null, a text, b int, primary key (organization_id, id))', i);
      execute format('alter table t%1$s enable row level security, force row level security', i);
      execute format('create policy p on t%1$s to app using (${bound.replaceAll("'", "''")})', i);
      execute format('create policy f on t%1$s as restrictive using (${bound.replaceAll("'", "''")})', i);
      execute format('grant select, insert, delete on t%1$s to app', i);
      execute format('create trigger g before update of organization_id on t%1$s for each row execute function tenantry.refuse_column_change()', i);
    end loop; end $$`);
  }
  await client.query('alter table t789 no force row level security');
  const diagnosis = await examine(client, { tenancy: wide });
  expect(lines(diagnosis)).toEqual(['rls-not-forced t789']);
  expect(diagnosis).toMatchObject({ tables: many, tenantTables: many, plans: 100 });
  // eight times the tables; what grows with their square would take 64 times as long
  expect(diagnosis.durationMs).toBeLessThan(few * 32);
});
