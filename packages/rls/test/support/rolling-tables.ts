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
import type { Database, Version } from './rolling-deploy.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const { isolate, isolateThrough, searchable, shared, systemOnly } = defineIsolation(tenancy);

export const app = (
  schema: Record<string, unknown>,
  features: readonly Feature[] = [],
): Application => ({
  tenancy,
  schema,
  features,
});
export const own = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });

/** Code that adds a row and reads all, naming every column that it knows, as Drizzle does. */
export const uses = (
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
export const reads = (table: PgTable, least = 0): Version => ({
  application: app({ table }),
  async work(db) {
    const rows = await db.select().from(table);
    if (rows.length < least) throw new Error(`reads ${rows.length} rows`);
  },
});

export const renames = (version: Version, ...more: Record<string, unknown>[]): Version => ({
  ...version,
  application: app(Object.assign({}, version.application.schema, ...more)),
});

export const projects = pgTable('projects', { ...own(), name: text() }, (t) => [...isolate(t)]);
export const works = pgTable('works', { ...own(), name: text() }, (t) => [...isolate(t)]);
export const noted = pgTable('projects', { ...own(), name: text(), note: text() }, (t) => [
  ...isolate(t),
]);
export const required = pgTable(
  'projects',
  { ...own(), name: text(), note: text().notNull() },
  (t) => [...isolate(t)],
);
export const named = pgTable('projects', { ...own(), name: text().notNull() }, (t) => [
  ...isolate(t),
]);
export const withDefault = pgTable(
  'projects',
  { ...own(), name: text().notNull().default('x') },
  (t) => [...isolate(t)],
);
export const titled = pgTable('projects', { ...own(), title: text() }, (t) => [...isolate(t)]);
export const sized = (size: 'small' | 'more' | 'short' | 'long' | 'text' | 'integer') =>
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
export const counted = pgTable('projects', { ...own(), count: integer() }, (t) => [...isolate(t)]);
export const crm = pgSchema('crm');
export const inCrm = crm.table('projects', { ...own(), name: text() }, (t) => [...isolate(t)]);
export const keyed = () => ({ id: tenancy.columns.id().primaryKey(), name: text() });
export const isShared = pgTable('projects', keyed(), (t) => [...shared(t)]);
export const keyedIsolated = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), ...keyed() },
  (t) => [...isolate(t)],
);
export const isSystem = pgTable('projects', { ...own(), name: text() }, (t) => [...systemOnly(t)]);
export const readOnly = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t, { readOnly: [t.name] }),
]);
export const readAccess = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t, { access: 'read' }),
]);
export const parents = pgTable('parents', own(), (t) => [...isolate(t)]);
export const child = (through: boolean) =>
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
export const searched = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t),
  ...searchable(t, { name: { fullText: 'english' } }),
]);

export const word = (tenant: string) => {
  const other = defineTenancy({ tenant, id: 'uuid' });
  const fragments = defineIsolation(other);
  const table = pgTable('projects', { ...other.columns.scoped(), id: other.columns.id() }, (t) => [
    ...fragments.isolate(t as never),
  ]);
  const version = uses(table);
  return { ...version, application: { tenancy: other, schema: { table } } };
};

/** A feature with a function that the app role calls, and a trigger. */
export const notes = (parameters: 'text' | 'text, integer'): Feature => ({
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
export const featured = (parameters: 'text' | 'text, integer'): Version => ({
  ...uses(projects, {}, (db) =>
    db.execute(
      parameters === 'text' ? sql`select tenantry.note('x')` : sql`select tenantry.note('x', 1)`,
    ),
  ),
  application: app({ projects }, [notes(parameters)]),
});

export const updates = (table: typeof projects): Version =>
  uses(table, {}, (db) => db.update(table).set({ name: 'y' }));
export const addsOnly = (table: typeof projects): Version => ({
  application: app({ table }),
  async work(db) {
    await db.execute(sql`insert into projects default values`);
    await db.select().from(table);
  },
});
export const searches: Version = {
  ...uses(searched, {}, (db) => db.select().from(searched).where(matches(searched.name, 'x'))),
};

export const both = pgTable(
  'projects',
  { ...own(), title: text(), kind: text().notNull().default('a') },
  (t) => [...isolate(t)],
);
