import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineTenancy } from '@tenantry/core';
import { ddl } from '@tenantry/core/sql';
import { defineIsolation, matches } from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import type { Application } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import {
  integer,
  type PgTable,
  pgSchema,
  pgTable,
  smallint,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { type ChangeKind, deployOrders } from '../../src/generate/history/index.ts';
import {
  type Change,
  type Database,
  deploy,
  rollOut,
  type Version,
} from '../support/rolling-deploy.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, isolateThrough, searchable, shared, systemOnly } = defineIsolation(tenancy);

const app = (schema: Record<string, unknown>, features: readonly Feature[] = []): Application => ({
  tenancy,
  schema,
  features,
});
const own = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });

/** Code that adds a row and reads all, naming every column that it knows, as Drizzle does. */
const uses = (
  table: PgTable,
  row: Record<string, unknown> = {},
  more: (db: Database) => Promise<unknown> = async () => {},
): Version => ({
  application: app({ table }),
  async work(db) {
    await db.insert(table).values(row as never);
    await db.select().from(table);
    await more(db);
  },
});

/** Code that only reads. */
const reads = (table: PgTable, least = 0): Version => ({
  application: app({ table }),
  async work(db) {
    const rows = await db.select().from(table);
    if (rows.length < least) throw new Error(`reads ${rows.length} rows`);
  },
});

const renames = (version: Version, ...more: Record<string, unknown>[]): Version => ({
  ...version,
  application: app(Object.assign({}, version.application.schema, ...more)),
});

const projects = pgTable('projects', { ...own(), name: text() }, (t) => [...isolate(t)]);
const works = pgTable('works', { ...own(), name: text() }, (t) => [...isolate(t)]);
const noted = pgTable('projects', { ...own(), name: text(), note: text() }, (t) => [...isolate(t)]);
const required = pgTable('projects', { ...own(), name: text(), note: text().notNull() }, (t) => [
  ...isolate(t),
]);
const named = pgTable('projects', { ...own(), name: text().notNull() }, (t) => [...isolate(t)]);
const withDefault = pgTable('projects', { ...own(), name: text().notNull().default('x') }, (t) => [
  ...isolate(t),
]);
const titled = pgTable('projects', { ...own(), title: text() }, (t) => [...isolate(t)]);
const sized = (size: 'small' | 'more' | 'short' | 'long' | 'text' | 'integer') =>
  pgTable(
    'projects',
    {
      ...own(),
      size: {
        small: smallint('size'),
        more: integer('size'),
        short: varchar('size', { length: 20 }),
        long: varchar('size', { length: 40 }),
        text: text('size'),
        integer: integer('size'),
      }[size],
    },
    (t) => [...isolate(t)],
  );
const counted = pgTable('projects', { ...own(), count: integer() }, (t) => [...isolate(t)]);
const crm = pgSchema('crm');
const inCrm = crm.table('projects', { ...own(), name: text() }, (t) => [...isolate(t)]);
const keyed = () => ({ id: tenancy.columns.id().primaryKey(), name: text() });
const isShared = pgTable('projects', keyed(), (t) => [...shared(t)]);
const keyedIsolated = pgTable('projects', { ...tenancy.columns.scoped(), ...keyed() }, (t) => [
  ...isolate(t),
]);
const isSystem = pgTable('projects', { ...own(), name: text() }, (t) => [...systemOnly(t)]);
const readOnly = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t, { readOnly: [t.name] }),
]);
const readAccess = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t, { access: 'read' }),
]);
const parents = pgTable('parents', own(), (t) => [...isolate(t)]);
const child = (through: boolean) =>
  pgTable(
    'children',
    {
      ...(through ? {} : tenancy.columns.scoped()),
      id: tenancy.columns.id().primaryKey(),
      parentId: uuid('parent_id'),
    },
    (t) => [
      ...(through
        ? isolateThrough(t, { column: t.parentId, parent: () => parents })
        : isolate(t as never)),
    ],
  ) as never as PgTable;
const searched = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t),
  ...searchable(t, { name: { fullText: 'english' } }),
]);

const word = (tenant: string) => {
  const other = defineTenancy({ tenant, id: 'uuid' });
  const fragments = defineIsolation(other);
  const table = pgTable('projects', { ...other.columns.scoped(), id: other.columns.id() }, (t) => [
    ...fragments.isolate(t as never),
  ]);
  const version = uses(table);
  return { ...version, application: { tenancy: other, schema: { table } } };
};

/** A feature with a function that the app role calls, and a trigger. */
const notes = (parameters: 'text' | 'text, integer'): Feature => ({
  name: 'notes',
  sql: () => ({
    sections: [
      {
        id: 'functions',
        sql: [
          ddl`
            create or replace function tenantry.note(${{ sql: parameters }}) returns text language sql
            set search_path = pg_catalog, pg_temp as $tenantry$ select $1 $tenantry$;`,
          ddl`
            create or replace function tenantry.note_row() returns trigger language plpgsql
            set search_path = pg_catalog, pg_temp as $tenantry$ begin return null; end $tenantry$;`,
          ddl`revoke all on function tenantry.note(${{ sql: parameters }}) from public;`,
          ddl`grant execute on function tenantry.note(${{ sql: parameters }}) to "app";`,
          ddl`create or replace trigger tenantry_note after insert on "public"."projects" for each row execute function tenantry.note_row();`,
        ],
      },
    ],
  }),
});
const featured = (parameters: 'text' | 'text, integer'): Version => ({
  ...uses(projects, {}, (db) =>
    db.execute(
      parameters === 'text' ? sql`select tenantry.note('x')` : sql`select tenantry.note('x', 1)`,
    ),
  ),
  application: app({ projects }, [notes(parameters)]),
});

const updates = (table: typeof projects): Version =>
  uses(table, {}, (db) => db.update(table).set({ name: 'y' }));
const addsOnly = (table: typeof projects): Version => ({
  application: app({ table }),
  async work(db) {
    await db.execute(sql`insert into projects default values`);
    await db.select().from(table);
  },
});
const searches: Version = {
  ...uses(searched, {}, (db) => db.select().from(searched).where(matches(searched.name, 'x'))),
};

const cases: readonly (readonly [string, ChangeKind, () => Change])[] = [
  ['a column is added', 'column added', () => ({ old: uses(projects), next: uses(noted) })],
  [
    'a column is added that has a default',
    'column added',
    () => ({ old: { ...uses(titled), application: app({ titled }) }, next: uses(both) }),
  ],
  [
    'a column is added that needs a value',
    'column required',
    () => ({ old: uses(projects), next: uses(required, { note: 'x' }), by: 'truncate projects' }),
  ],
  [
    'a column becomes not null',
    'column not null',
    () => ({
      old: uses(projects),
      next: uses(named, { name: 'x' }),
      by: "update projects set name = 'x'",
    }),
  ],
  [
    'a column loses the default that it needs',
    'column not null',
    () => ({ old: uses(withDefault), next: uses(named, { name: 'x' }) }),
  ],
  ['a column is dropped', 'column dropped', () => ({ old: uses(noted), next: uses(projects) })],
  [
    'a column is dropped that needs a value',
    'required column dropped',
    () => ({
      old: uses(required, { note: 'x' }),
      next: uses(projects),
      byBack: 'truncate projects',
    }),
  ],
  [
    'a column is renamed',
    'column renamed',
    () => ({
      old: uses(projects),
      next: uses(titled),
      renames: { columns: { projects: { name: 'title' } } },
      back: { columns: { projects: { title: 'name' } } },
    }),
  ],
  [
    'a small number becomes a large one',
    'type widened',
    () => ({ old: uses(sized('small'), { size: 1 }), next: uses(sized('more'), { size: 1 }) }),
  ],
  [
    'a text gets longer',
    'type widened',
    () => ({ old: uses(sized('short'), { size: 'x' }), next: uses(sized('long'), { size: 'x' }) }),
  ],
  [
    'a limited text becomes any',
    'type widened',
    () => ({ old: uses(sized('short'), { size: 'x' }), next: uses(sized('text'), { size: 'x' }) }),
  ],
  [
    'a number becomes a text',
    'type changed',
    () => ({
      old: uses(sized('integer'), { size: 1 }, (db) =>
        db.execute(sql`select sum(size) from projects`),
      ),
      next: uses(sized('text'), { size: 'x' }),
      by: 'truncate projects',
      byBack: 'truncate projects; alter table projects alter column size type integer using null',
    }),
  ],
  [
    'a table is added',
    'table added',
    () => ({ old: uses(projects), next: renames(uses(works), { projects }) }),
  ],
  [
    'a table is dropped',
    'table dropped',
    () => ({ old: renames(uses(works), { projects }), next: uses(projects) }),
  ],
  [
    'a table is renamed',
    'table renamed',
    () => ({
      old: uses(projects),
      next: uses(works),
      renames: { tables: { projects: 'works' } },
      back: { tables: { works: 'projects' } },
    }),
  ],
  [
    'a table moves to another schema',
    'table moved',
    () => ({
      old: renames(uses(projects), { crm }),
      next: renames(uses(inCrm), { crm }),
      renames: { schemas: { projects: 'crm' } },
      back: { schemas: { 'crm.projects': 'public' } },
    }),
  ],
  [
    'an isolated table becomes shared',
    'rights lost',
    () => ({
      old: uses(keyedIsolated),
      next: reads(isShared),
      byBack: 'truncate projects',
    }),
  ],
  [
    'an isolated table becomes one of the system',
    'rights lost',
    () => ({
      old: uses(projects),
      next: { application: app({ isSystem }), work: async () => {} },
    }),
  ],
  ['a tenant only reads', 'rights lost', () => ({ old: uses(projects), next: reads(readAccess) })],
  [
    'a column is read-only',
    'rights lost',
    () => ({ old: updates(projects), next: addsOnly(readOnly) }),
  ],
  [
    'a column is no longer read-only',
    'rights gained',
    () => ({ old: addsOnly(readOnly), next: updates(projects) }),
  ],
  [
    'a tenant may write again',
    'rights gained',
    () => ({ old: reads(readAccess), next: uses(projects) }),
  ],
  [
    'an isolated table is isolated through another',
    'column dropped',
    () => ({
      old: renames(uses(child(false)), { parents }),
      next: {
        application: app({ parents, child: child(true) }),
        async work(db) {
          const [parent] = await db.insert(parents).values({}).returning({ id: parents.id });
          await db.insert(child(true)).values({ parentId: parent?.id } as never);
        },
      },
      by: 'truncate children',
      byBack: 'truncate children',
    }),
  ],
  [
    'a shared table becomes isolated',
    'becomes isolated',
    () => ({
      old: reads(isShared, 1),
      rows: "insert into projects (name) values ('common')",
      next: uses(keyedIsolated),
      by: 'truncate projects',
      byBack: 'truncate projects',
    }),
  ],
  [
    'a table is searched',
    'search or feature added',
    () => ({ old: uses(projects), next: searches }),
  ],
  [
    'a table is no longer searched',
    'function gone',
    () => ({ old: searches, next: uses(projects) }),
  ],
  [
    'a feature is added',
    'search or feature added',
    () => ({ old: uses(projects), next: featured('text') }),
  ],
  [
    'a feature is removed',
    'function gone',
    () => ({ old: featured('text'), next: uses(projects) }),
  ],
  [
    'a function takes other parameters',
    'function changed',
    () => ({ old: featured('text'), next: featured('text, integer') }),
  ],
  [
    'the word of the tenant changes',
    'word renamed',
    () => ({
      old: word('organization'),
      next: word('workspace'),
      renames: { columns: { projects: { organization_id: 'workspace_id' } } },
      back: { columns: { projects: { workspace_id: 'organization_id' } } },
    }),
  ],
];

const both = pgTable(
  'projects',
  { ...own(), title: text(), kind: text().notNull().default('a') },
  (t) => [...isolate(t)],
);

/** Tried in rollout.test.ts: what `previous` of tenantry.config.ts is for. */
const elsewhere = ['role renamed', 'context signed', 'context plain'];

describe('old and new code beside each other, and the old code after going back', () => {
  test.each(cases)(
    '%s',
    async (_, kind, make) => {
      const { order, notes: said, failure } = await deploy(make());
      const told = deployOrders[kind].order;
      // two releases are needed where neither code works with the other's database
      expect({
        order: told === 'two releases' ? 'stop the old code first' : told,
        failure,
      }).toEqual({
        order,
        failure,
      });
      const wanted =
        told === 'migrate, then deploy' ? [] : [expect.stringMatching(`^order: ${told}: .*`)];
      expect(said.filter((note) => note.includes(deployOrders[kind].how))).toEqual(wanted);
      if (told === 'migrate, then deploy') expect(said).toEqual([]);
    },
    60_000,
  );

  test('every kind of change is tried', () => {
    const tried = [...cases.map(([, kind]) => kind as string), ...elsewhere];
    expect([...new Set(tried)].sort()).toEqual(Object.keys(deployOrders).sort());
  });
});

const guide = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/migrations.md', import.meta.url)),
  'utf8',
);

describe('the way that keeps both running does', () => {
  const old = uses(projects);
  const writesNote = uses(noted, { note: 'x' });
  const needsNote = uses(required, { note: 'x' });

  test('for a column that needs a value, and for one that goes', async () => {
    const fill = "update projects set note = '' where note is null";
    const onward = [
      { migrate: old.application, running: [old] },
      { migrate: writesNote.application, running: [old, writesNote] },
      { own: fill, running: [writesNote] },
      { migrate: needsNote.application, running: [writesNote, needsNote] },
    ];
    const back = [
      { migrate: writesNote.application, running: [needsNote, old] },
      { migrate: old.application, running: [old] },
    ];
    await rollOut([...onward, ...back]);
  }, 60_000);

  test.each([
    [
      'for a renamed column',
      uses(titled),
      pgTable('projects', { ...own(), name: text(), title: text() }, (t) => [...isolate(t)]),
    ],
    [
      'for another type',
      uses(counted),
      pgTable('projects', { ...own(), name: text(), count: integer() }, (t) => [...isolate(t)]),
    ],
  ])(
    '%s',
    async (_, next, table) => {
      const writesBoth = uses(table, { name: 'x' });
      await rollOut([
        { migrate: old.application, running: [old] },
        { migrate: writesBoth.application, running: [old, writesBoth, next] },
        { migrate: next.application, running: [next] },
      ]);
    },
    60_000,
  );

  const [, viewSql = ''] = /```sql\n(create view[\s\S]*?)```/.exec(guide) ?? [];

  test.each([
    ['for a renamed table', uses(works), { tables: { projects: 'works' } }, viewSql],
    [
      'for a table that moved',
      { ...uses(inCrm), application: app({ crm, inCrm }) },
      { schemas: { projects: 'crm' } },
      viewSql.replace('from works', 'from crm.projects'),
    ],
  ])(
    '%s',
    async (_, next, renamed, view) => {
      expect(view).toContain('security_invoker');
      await rollOut([
        { migrate: old.application, running: [old] },
        { migrate: next.application, renames: renamed, own: view, running: [old, next] },
        { own: 'drop view projects', running: [next] },
      ]);
    },
    60_000,
  );

  test('for a shared table that becomes isolated', async () => {
    const [before, next] = [reads(isShared), uses(keyedIsolated)];
    await rollOut([
      { migrate: before.application, running: [before] },
      { migrate: next.application, running: [before, next] },
    ]);
  }, 60_000);
});

test('the guide lists the orders, and no other', () => {
  const [, section = ''] = /## In which order to deploy\n([\s\S]*?)\n## /.exec(guide) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!change|-)/.test(line));
  expect(rows).toEqual(
    Object.values(deployOrders).map(
      ({ change, order, how }) => `| ${change} | **${order}** | ${how} |`,
    ),
  );
});
