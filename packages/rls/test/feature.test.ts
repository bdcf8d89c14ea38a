import { ddl, literal, name } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import {
  type ColumnsLike,
  type Feature,
  type FeatureInput,
  markTable,
  tableOf,
} from '@tenantry/rls/feature';
import { generate } from '@tenantry/rls/generate';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { memberships, organizations, tenancy } from './fixtures/schema.ts';

const { isolate, systemOnly } = defineIsolation(tenancy);

const counted = (t: ColumnsLike) => {
  markTable(tableOf(t.id as never), 'counts:counted', { by: 'name' });
  return [];
};
const things = pgTable(
  'things',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), nameOfThing: text().notNull() },
  (t) => [...isolate(t, { access: 'append' }), ...counted(t)],
);
const figures = pgTable(
  'figures',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), used: integer().notNull() },
  (t) => [...isolate(t, { access: 'read', systemAccess: 'read' })],
);
const approvals = pgTable(
  'approvals',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), note: text(), approvedBy: text() },
  (t) => [...isolate(t, { readOnly: [t.approvedBy] })],
);

const feature = (sql: (input: FeatureInput) => ReturnType<Feature['sql']>): Feature => ({
  name: 'counts',
  sql,
});
const schema = { things, figures, approvals };
const made = (features: readonly Feature[], casing?: 'snake_case') =>
  generate({ tenancy, schema, features, casing });
const section = (generated: ReturnType<typeof made>, id: string) =>
  generated.sections.find((each) => each.id === id)?.statements.join('\n') ?? '';

test('a feature finds the tables that were marked, as they are named in the database', () => {
  const counts = feature((input) => {
    const table = input.marked('counts:counted');
    if (table === undefined) throw new Error('not found');
    expect(input.allMarked('counts:counted')[0]?.value).toEqual({ by: 'name' });
    expect(input.find(figures).name).toBe('figures');
    const column = name(table.property('nameOfThing'));
    return {
      sections: [{ id: 'count', sql: [ddl`select count(${column}) from ${name(table.name)};`] }],
    };
  });
  expect(section(made([counts], 'snake_case'), 'counts:count')).toBe(
    'select count("name_of_thing") from "things";',
  );
});

test('a table says which of its columns holds the tenant', () => {
  const found: Record<string, string | undefined> = {};
  const looks = feature(({ tables }) => {
    for (const { name: table, tenantColumn } of tables) found[table] = tenantColumn;
    return { sections: [] };
  });
  const bare = pgTable('bare', { id: text() }, (t) => [...systemOnly(t)]);
  generate({ tenancy, schema: { organizations, things, bare }, features: [looks] });
  expect(found).toEqual({ organizations: 'id', things: 'organization_id', bare: undefined });
});

test('a table that is not exported, and two with one mark, are refused', () => {
  const lost = pgTable('lost', { id: text() });
  const finds = feature((input) => {
    input.find(lost);
    return { sections: [] };
  });
  expect(() => made([finds])).toThrow('lost');
  const again = pgTable('again', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [
    ...isolate(t),
    ...counted(t),
  ]);
  const two = feature((input) => {
    input.marked('counts:counted');
    return { sections: [] };
  });
  expect(() => generate({ tenancy, schema: { things, again }, features: [two] })).toThrow(
    'again and things',
  );
});

test('the order in which files export tables changes nothing', () => {
  const names: string[][] = [];
  const looks = feature(({ tables }) => {
    names.push(tables.map(({ name: table }) => table));
    return { sections: [] };
  });
  for (const exported of [
    { organizations, things, figures },
    { things, figures, organizations },
  ])
    generate({ tenancy, schema: exported, features: [looks] });
  expect(names).toEqual([
    ['figures', 'organizations', 'things'],
    ['figures', 'organizations', 'things'],
  ]);
});

test('what a feature fetches on entry stands in the entry function under its name', () => {
  const counts = feature(() => ({
    sections: [],
    entryFacts: { sql: ddl`to_jsonb(${literal('x')}::text)` },
  }));
  const { sections } = generate({
    tenancy,
    schema: { organizations, memberships },
    directory: { tenant: organizations.id, member: memberships.userId },
    features: [counts],
  });
  const entry = sections.find(({ id }) => id === 'entry');
  expect(entry?.statements.join('\n')).toContain(
    `{"counts":' || coalesce((to_jsonb('x'::text))::text, 'null') || '}}'`,
  );
});

test('what policies name is made before the tables', () => {
  const counts = feature(() => ({
    foundation: [ddl`select ${literal('early')};`],
    sections: [],
  }));
  expect(made([counts]).foundation.statements.at(-1)).toBe("select 'early';");
});

test('access and readOnly are rights of the app role, systemAccess of the system role', () => {
  const generated = made([]);
  const grants = (table: string, role = 'app') =>
    section(generated, `table:public.${table}`).match(new RegExp(`grant .* to "${role}"`))?.[0];
  expect(grants('figures', 'system')).toBe('grant select on table "public"."figures" to "system"');
  expect(grants('things', 'system')).toBe(
    'grant select, insert, update, delete on table "public"."things" to "system"',
  );
  expect(grants('things')).toBe('grant select, insert on table "public"."things" to "app"');
  expect(grants('figures')).toBe('grant select on table "public"."figures" to "app"');
  expect(grants('approvals')).toBe(
    'grant select, insert, delete, update ("organization_id", "id", "note", "approvedBy") on table "public"."approvals" to "app"',
  );
  const guarded = (table: string) =>
    section(generated, `table:public.${table}`).match(/before update of (.*) on/)?.[1];
  expect(guarded('approvals')).toBe('"organization_id", "id", "approvedBy"');
  expect(guarded('things')).toBe('"organization_id"');
  expect(guarded('figures')).toBe('"organization_id"');
});

test('a key of a table that tenants only read tells them nothing', () => {
  const table = (name: string, access: 'all' | 'read') =>
    pgTable(
      name,
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), code: text().unique() },
      (t) => [...isolate(t, { access })],
    );
  const warned = (access: 'all' | 'read') =>
    generate({ tenancy, schema: { codes: table('codes', access) } }).warnings.map(
      ({ code }) => code,
    );
  expect(warned('all')).toEqual(['UNIQUE_WITHOUT_TENANT']);
  expect(warned('read')).toEqual([]);
});
