import { defineTenancy, TenantryError } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { is, type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  getTableConfig,
  PgDialect,
  PgTable,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { readNote } from '../src/fragments/read-note.ts';
import * as schema from './fixtures/schema.ts';
import { fragmentsText } from './support/fragments-text.ts';

const { isolate, isolateThrough, projects, reference, tenancy } = schema;
const key = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });

test('the fragments of the fixture schema', async () => {
  await expect(fragmentsText(schema)).toMatchFileSnapshot('./fixtures/fragments.txt');
});

describe('the primary key', () => {
  const keysOf = (table: Parameters<typeof getTableConfig>[0]) =>
    getTableConfig(table).primaryKeys.map(({ columns }) => columns.map(({ name }) => name));

  test('is (tenant, id)', () => {
    expect(keysOf(projects)).toEqual([['organization_id', 'id']]);
  });

  test('is (tenant, …) as named', () => {
    expect(keysOf(schema.memberships)).toEqual([['organization_id', 'user_id']]);
  });

  test('of an existing table stays, with a unique index (tenant, id) beside it', () => {
    const composite = pgTable('composite', { ...key(), part: uuid() }, (t) => [
      primaryKey({ columns: [t.part, t.id] }),
      ...isolate(t, { key: false }),
    ]);
    expect(keysOf(composite)).toEqual([['part', 'id']]);
    const [index] = getTableConfig(composite).indexes;
    expect(index?.config.unique).toBe(true);
    expect(index?.config.name).toBe('composite_organization_id_id_key');
  });

  test('of a partitioned table stays too, and what is unique within a tenant is said', () => {
    const named = (unique: boolean) =>
      pgTable('events', { ...key(), at: uuid() }, (t) => [
        primaryKey({ columns: [t.id, t.at] }),
        ...isolate(t, { key: false, unique: unique ? [t.id, t.at] : [] }),
      ]);
    const indexOf = (table: ReturnType<typeof named>) => {
      const { unique, name, columns } = getTableConfig(table).indexes[0]?.config ?? {};
      return { unique, name, columns: columns?.map((each) => (each as { name: string }).name) };
    };
    expect(indexOf(named(true))).toEqual({
      unique: true,
      name: 'events_organization_id_id_at_key',
      columns: ['organization_id', 'id', 'at'],
    });
    expect(indexOf(named(false))).toEqual({
      unique: false,
      name: 'events_organization_id_idx',
      columns: ['organization_id'],
    });
  });

  test('of a table without an id must be named', () => {
    const table = pgTable('nameless', { ...tenancy.columns.scoped(), word: text() }, (t) => [
      ...isolate(t),
    ]);
    expect(() => getTableConfig(table)).toThrow(
      /isolate\(t\) on table nameless, which has no property id/,
    );
  });
});

describe('a reference', () => {
  test('is left to the generator, and brings the index that a deletion searches', () => {
    const { foreignKeys, indexes } = getTableConfig(schema.tasks);
    expect(foreignKeys).toEqual([]);
    expect(indexes.map(({ config }) => config.name)).toContain('tasks_project_id_idx');
  });

  test('in a circle is read without end', () => {
    const left = pgTable('left', { ...key(), rightId: uuid('right_id') }, (t) => [
      ...reference(t, { column: t.rightId, to: (): object => right }),
      ...isolate(t),
    ]);
    const right = pgTable('right', { ...key(), leftId: uuid('left_id') }, (t) => [
      ...reference(t, { column: t.leftId, to: (): object => left }),
      ...isolate(t),
    ]);
    const { sections } = generate({ tenancy, schema: { left, right } });
    const sql = sections.flatMap(({ statements }) => statements).join('\n');
    expect(sql).toContain(
      'foreign key ("organization_id", "right_id") references "public"."right"',
    );
    expect(sql).toContain('foreign key ("organization_id", "left_id") references "public"."left"');
  });

  test('by several columns carries the tenant, and clears none of it', () => {
    const events = pgTable('events', { ...key(), at: uuid().notNull() }, (t) => [
      primaryKey({ columns: [t.id, t.at] }),
      ...isolate(t, { key: false, unique: [t.id, t.at] }),
    ]);
    const columns = { ...key(), eventId: uuid('event_id'), eventAt: uuid('event_at') };
    const reactions = pgTable('reactions', columns, (t) => [
      ...isolate(t),
      ...reference(t, {
        column: [t.eventId, t.eventAt],
        to: () => events,
        property: ['id', 'at'],
        onDelete: 'set null',
      }),
    ]);
    const { sections } = generate({ tenancy, schema: { events, reactions } });
    expect(sections.flatMap(({ statements }) => statements).join('\n')).toContain(
      'foreign key ("organization_id", "event_id", "event_at") references "public"."events" ("organization_id", "id", "at") on delete set null ("event_id", "event_at")',
    );
    expect(getTableConfig(reactions).indexes.map(({ config }) => config.name)).toContain(
      'reactions_event_id_event_at_idx',
    );
    const half = pgTable('half', columns, (t) => [
      ...isolate(t),
      ...reference(t, { column: [t.eventId, t.eventAt], to: () => events }),
    ]);
    expect(() => getTableConfig(half)).toThrow('with 2 columns and 1 properties');
  });

  test('to a property that does not exist is refused', () => {
    const child = pgTable('child', { ...key(), projectId: uuid('project_id') }, (t) => [
      ...isolate(t),
      ...reference(t, { column: t.projectId, to: () => projects, property: 'number' }),
    ]);
    expect(() => getTableConfig(child)).toThrow(/property number of table projects/);
  });
});

const policiesOf = (table: PgTable) => readNote(table)?.policies ?? [];

test('drizzle-kit is given no policy: its prompts, its order and its push would decide over them', () => {
  for (const table of Object.values(schema).filter((value) => is(value, PgTable))) {
    expect(getTableConfig(table).policies).toEqual([]);
  }
});

describe('more terms', () => {
  const policies = (options: Parameters<typeof isolate>[1]) =>
    policiesOf(pgTable('extra', key(), (t) => [...isolate(t, options)])).slice(3);

  test('become restrictive policies, one for each command', () => {
    const made = policies({ read: sql`true`, write: { insert: sql`false`, update: sql`false` } });
    expect(made.map(({ name, as, for: command }) => [name, as, command])).toEqual([
      ['extra_may_select', 'restrictive', 'select'],
      ['extra_may_insert', 'restrictive', 'insert'],
      ['extra_may_update', 'restrictive', 'update'],
    ]);
  });

  test('for all writing are one term', () => {
    expect(policies({ write: sql`true` }).map(({ for: command }) => command)).toEqual([
      'insert',
      'update',
      'delete',
    ]);
  });
});

test('long names stay within the 63 bytes of PostgreSQL, and apart', () => {
  const long = 'a_table_with_a_name_that_is_quite_a_bit_longer_than_usual';
  const names = [`${long}_1`, `${long}_2`].map((name) => {
    const policies = policiesOf(pgTable(name, key(), (t) => [...isolate(t)]));
    return policies.map((policy) => policy.name);
  });
  for (const name of names.flat()) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(new Set(names.flat()).size).toBe(6);
});

test('a child of a child is isolated through both parents', () => {
  const projects = pgTable('projects', { ...key(), name: text() }, (t) => [...isolate(t)]);
  const notes = pgTable(
    'notes',
    { id: uuid().primaryKey(), projectId: uuid('project_id') },
    (t) => [...isolateThrough(t, { column: t.projectId, parent: () => projects })],
  );
  const replies = pgTable('replies', { id: uuid().primaryKey(), noteId: uuid('note_id') }, (t) => [
    ...isolateThrough(t, { column: t.noteId, parent: () => notes }),
  ]);
  const [policy] = readNote(replies)?.policies ?? [];
  const { sql: written } = new PgDialect().sqlToQuery(policy?.using as SQL);
  expect(written).toMatch(
    /^exists \(select from "notes" where exists \(select from "projects" where "projects"."organization_id" = .* and "projects"."id" = "notes"."project_id"\) and "notes"."id" = "replies"."note_id"\)$/,
  );
});

describe('misuse does not compile', () => {
  test('isolating a table without the tenant property', () => {
    const table = pgTable('bare', { id: uuid().primaryKey() }, (t) => [
      // @ts-expect-error This table has no organizationId: spread ...tenancy.columns.scoped() into it
      ...isolate(t),
    ]);
    expect(() => getTableConfig(table)).toThrow(TenantryError);
  });

  test('isolating with the fragments of another tenancy', () => {
    const other = defineIsolation(defineTenancy({ tenant: 'workspace', id: 'uuid' }));
    const table = pgTable('other', key(), (t) => [
      // @ts-expect-error This table has no workspaceId: spread ...tenancy.columns.scoped() into it
      ...other.isolate(t),
    ]);
    expect(() => getTableConfig(table)).toThrow('without the property workspaceId');
  });

  test('not through a child of another tenancy', () => {
    const others = defineTenancy({ tenant: 'workspace', id: 'uuid', schema: 'workspaces' });
    const other = defineIsolation(others);
    const files = pgTable('files', { ...others.columns.scoped(), id: uuid() }, (t) => [
      ...other.isolate(t),
    ]);
    const pages = pgTable('pages', { id: uuid().primaryKey(), fileId: uuid('file_id') }, (t) => [
      ...other.isolateThrough(t, { column: t.fileId, parent: () => files }),
    ]);
    const marks = pgTable('marks', { id: uuid().primaryKey(), pageId: uuid('page_id') }, (t) => [
      ...isolateThrough(t, { column: t.pageId, parent: () => pages }),
    ]);
    expect(() => getTableConfig(marks)).toThrow('table pages needs the properties organizationId');
  });

  test('a table cannot be isolated through itself', () => {
    const folders = pgTable('folders', { id: uuid().primaryKey(), parentId: uuid() }, (t) => [
      ...isolateThrough(t, { column: t.parentId, parent: (): AnyPgTable => folders }),
    ]);
    expect(() => getTableConfig(folders)).toThrow(
      'table folders needs the properties organizationId and id',
    );
  });

  test('isolating through a parent that has no tenant is refused when it is read', () => {
    const table = pgTable('lost', { id: uuid().primaryKey(), planId: text('plan_id') }, (t) => [
      ...isolateThrough(t, { column: t.planId, parent: () => schema.plans }),
    ]);
    expect(() => getTableConfig(table)).toThrow(
      'table plans needs the properties organizationId and id',
    );
  });
});
