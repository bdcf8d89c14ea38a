import { defineTenancy, TenantryError } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
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

  test('isolating through a parent that has no tenant is refused when it is read', () => {
    const table = pgTable('lost', { id: uuid().primaryKey(), planId: text('plan_id') }, (t) => [
      ...isolateThrough(t, { column: t.planId, parent: () => schema.plans }),
    ]);
    expect(() => getTableConfig(table)).toThrow(
      'table plans needs the properties organizationId and id',
    );
  });
});
