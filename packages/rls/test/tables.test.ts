import { defineTenancy, TenantryError } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { generate } from '../src/generate/index.ts';
import { defineIsolation } from '../src/index.ts';
import {
  type CatalogueQuery,
  defineTables,
  directoryOf,
  featureTables,
  readDrizzle,
  readTables,
  type TableDeclarations,
} from '../src/model/index.ts';
import { runnerTables } from '../src/tables/runners.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, isolateThrough, reference, searchable, shared, systemOnly, tenants } =
  defineIsolation(tenancy);

const { url } = await testDatabase();
const client = new pg.Client({ connectionString: url });
const query: CatalogueQuery = async (sql, values) => (await client.query(sql, values)).rows;
afterAll(() => client.end());
beforeAll(async () => {
  await client.connect();
  await client.query(`
    create extension pg_trgm;
    create schema crm;
    create table organizations (id uuid primary key default gen_random_uuid(), slug varchar(63) not null, constraint slugs unique (slug));
    create table projects (
      organization_id uuid not null, id bigserial primary key, name text not null,
      upper_name text generated always as (upper(name)) stored, state varchar(20) not null default 'open');
    create unique index one_of_a_kind on projects (organization_id, id);
    create table crm.deals (
      organization_id uuid not null default gen_random_uuid(), id uuid not null, project_id bigint not null, title text not null,
      primary key (id, organization_id));
    create table notes (id uuid primary key, project_id bigint not null references projects, "wordCount" integer);
    create table events (organization_id uuid not null, at timestamptz not null, primary key (organization_id, at)) partition by range (at);
    create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
    create table countries (code char(2) primary key);
    create table jobs (id integer generated always as identity primary key);
    create table schema_migrations (version text primary key);
  `);
});

const declared: TableDeclarations = {
  organizations: tenants,
  projects: (t) => [...isolate(t), ...searchable(t, { name: 'substring' })],
  'crm.deals': (t, { projects }) => [
    ...isolate(t),
    ...reference(t, { column: t.projectId, to: projects }),
  ],
  notes: (t, { projects }) => isolateThrough(t, { column: t.project_id, parent: projects }),
  events: (t) => isolate(t, { key: [t.at] }),
  countries: shared,
  jobs: systemOnly,
};

const read = async (tables: TableDeclarations, exempt = {}) =>
  (await readTables(query, { tenancy, tables, exempt })).schema;

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: TenantryError) => ({ code: error.code, found: error.found }),
  );

describe('tables of a database', () => {
  test('are what a Drizzle schema says', async () => {
    const tables = new Map(readDrizzle(await read(declared)).map((t) => [t.name, t]));
    expect(Object.fromEntries([...tables].map(([name, t]) => [name, t.isolation]))).toEqual({
      organizations: 'tenants',
      projects: 'scoped',
      deals: 'scoped',
      notes: 'through',
      events: 'scoped',
      countries: 'shared',
      jobs: 'system',
    });
    const types = (name: string) => tables.get(name)?.columns.map((c) => `${c.name} ${c.type}`);
    expect(types('projects')).toEqual([
      'organization_id uuid',
      'id bigserial',
      'name text',
      'upper_name text',
      'state varchar(20)',
    ]);
    expect(types('countries')).toEqual(['code char(2)']);
    expect(tables.get('projects')?.columns.find(({ name }) => name === 'upper_name')).toMatchObject(
      { generated: true },
    );
    expect(tables.get('notes')?.foreignKeys).toMatchObject([
      { columns: ['project_id'], foreignTable: { schema: 'public', name: 'projects' } },
    ]);
    expect(tables.get('deals')).toMatchObject({
      schema: 'crm',
      references: [{ cleared: ['project_id'] }],
    });
  });

  test('get the keys and indexes that they lack, and no second one', async () => {
    const schema = await read(declared);
    const { sections } = generate({ tenancy, schema });
    const keys = sections.filter(({ id }) => id.startsWith('keys:'));
    // projects has the key under another name; the key of deals has the columns in another order
    expect(keys.map(({ id, statements }) => [id, statements.length])).toEqual([
      ['keys:crm.deals', 1],
    ]);
    expect(keys[0]?.statements[0]).toContain('"deals_project_id_idx"');
    const ofTable = (name: string) =>
      sections.find(({ id }) => id === `table:${name}`)?.statements.join('\n') ?? '';
    expect(ofTable('public.projects')).toContain('alter column "organization_id" set default');
    expect(ofTable('crm.deals')).not.toContain('set default');
    expect(ofTable('public.projects')).toContain('pg_get_serial_sequence');
  });

  test('and their migrations run, twice', async () => {
    const schema = await read(declared);
    const directory = directoryOf(schema, {
      tenant: 'organizations.id',
      claims: { slug: 'organizations.slug' },
      member: 'crm.deals.id',
    });
    for (let i = 0; i < 2; i++) {
      const { foundation, sections } = generate({
        tenancy,
        schema: await read(declared),
        directory,
      });
      for (const { statements } of [foundation, ...sections])
        for (const statement of statements) await client.query(statement);
    }
    const again = generate({ tenancy, schema: await read(declared), directory });
    expect(again.sections.map(({ hash }) => hash)).toEqual(
      generate({ tenancy, schema, directory }).sections.map(({ hash }) => hash),
    );
  });

  test('views that read as their caller are granted, others to nobody', async () => {
    await client.query(`
      create view open_projects with (security_invoker = true) as select name from projects;
      create view all_projects as select name from projects;`);
    const { sections, warnings } = generate({ tenancy, schema: await read(declared) });
    const of = (name: string) =>
      sections.find(({ id }) => id === `view:public.${name}`)?.statements.join('\n');
    expect(of('open_projects')).toContain('grant select');
    expect(of('all_projects')).not.toContain('grant');
    expect(warnings.map(({ table }) => table)).toContain('all_projects');
    const exempt = await read(declared, { all_projects: 'for the reports' });
    expect(generate({ tenancy, schema: exempt }).warnings.map(({ table }) => table)).not.toContain(
      'all_projects',
    );
    await client.query('drop view open_projects, all_projects');
  });

  test('an undeclared table, an absent one and a wrong rule are named', async () => {
    const { jobs: _, ...others } = declared;
    expect(await failure(read(others))).toEqual({ code: 'TABLE_NOT_ISOLATED', found: 'jobs' });
    expect(await failure(read(others, { jobs: 'the queue' }))).toBe('none');
    expect(await failure(read({ ...declared, plans: shared }))).toMatchObject({
      code: 'CONFIG_INVALID',
      found: expect.stringContaining('plans'),
    });
    expect(
      await failure(read({ ...declared, events: (t) => isolate(t, { key: [t.at, t.at] }) })),
    ).toMatchObject({
      code: 'CONFIG_INVALID',
      found: expect.stringContaining('events'),
    });
    const wrongName = {
      ...declared,
      notes: (t: never, { plans }: never) =>
        isolateThrough(t, { column: (t as { project_id: never }).project_id, parent: plans }),
    };
    expect(await failure(read(wrongName as unknown as TableDeclarations))).toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  test('directory names columns that are there', async () => {
    const schema = await read(declared);
    const names = { tenant: 'organizations.id', member: 'organizations.owner' };
    expect(() => directoryOf(schema, names)).toThrow(/organizations\.owner/);
    expect(directoryOf(schema, { ...names, member: 'notes.wordCount' }).member.name).toBe(
      'wordCount',
    );
  });
});

describe('tables of a feature', () => {
  const feature = {
    name: 'votes',
    tables: {
      ballots: {
        columns: () => ({
          ...tenancy.columns.scoped(),
          id: tenancy.columns.id(),
          title: text('title').notNull().default('none'),
        }),
        rules: (t: never) => isolate(t),
      },
      votes: {
        name: 'casts',
        columns: () => ({
          ...tenancy.columns.scoped(),
          ballotId: tenancy.columns.id('ballot_id'),
          choice: text('choice'),
        }),
        rules: (t: never, { ballots }: { ballots: () => object }) => [
          ...isolate(t, { key: [(t as { ballotId: never }).ballotId] }),
          ...reference(t, { column: (t as { ballotId: never }).ballotId, to: ballots }),
        ],
      },
      tenants: { rules: (t: never) => tenants(t) },
    },
  };

  test('have their usual names, others, or are left out', () => {
    expect(Object.keys(featureTables(feature))).toEqual(['ballots', 'casts']);
    expect(Object.keys(featureTables(feature, { votes: false, ballots: 'crm.ballots' }))).toEqual([
      'crm.ballots',
    ]);
    expect(() => featureTables(feature, { nothing: 'x' } as never)).toThrow(TenantryError);
  });

  test('are created with everything that belongs to them, and find each other', async () => {
    const tables = { ...declared, ...featureTables(feature) };
    const { sections } = generate({ tenancy, schema: await read(tables) });
    const casts = sections.find(({ id }) => id === 'made:public.casts')?.statements ?? [];
    expect(casts[0]).toBe(
      `create table if not exists "public"."casts" (\n  "organization_id" uuid default ${/default (\(.*\)) not null,/.exec(casts[0] ?? '')?.[1]} not null,\n  "ballot_id" uuid default gen_random_uuid() not null,\n  "choice" text\n);`,
    );
    expect(casts.join('\n')).toContain('primary key ("organization_id", "ballot_id")');
    expect(
      sections.find(({ id }) => id === 'references:public.casts')?.statements.join(),
    ).toContain('"ballots"');
  });
});

test('a table of the types that is not declared does not compile', () => {
  interface Own {
    projects: { id: string; organization_id: string; owner_id: string };
    plans: { id: string };
  }
  // @ts-expect-error plans is missing
  defineTables<Own>({ projects: isolate });
  defineTables<Own>({
    plans: shared,
    projects: (t, { plans }) => {
      expectTypeOf(t.ownerId).toEqualTypeOf(t.owner_id);
      // @ts-expect-error there is no such column
      t.name;
      return reference(t, { column: t.owner_id, to: plans });
    },
  });
  // a Drizzle table is none: it has a schema
  expectTypeOf(pgTable).not.toMatchTypeOf<TableDeclarations[string]>();
});

test('tables of migration runners need no declaration, in whatever schema they are', () => {
  const of = (schema: string, ...names: string[]) => names.map((name) => ({ schema, name }));
  const found = runnerTables([
    ...of('public', 'pgmigrations', 'schemaversion', 'kysely_migration_lock', 'SequelizeMeta'),
    ...of('graphile_migrate', 'current', 'migrations'),
    ...of('public', 'my_schemaversion', 'pgmigrations_of_mine', 'current'),
    ...of('crm', 'pgmigrations'),
    ...of('constructor', 'x'),
  ]);
  expect(Object.keys(found)).toEqual([
    ...['pgmigrations', 'schemaversion', 'kysely_migration_lock', 'SequelizeMeta'],
    ...['graphile_migrate.current', 'graphile_migrate.migrations'],
  ]);
  expect(found.schemaversion).toBe('Postgrator keeps there which migrations ran');
});
