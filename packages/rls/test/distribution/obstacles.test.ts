import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  foreignKey,
  type PgColumnBuilderBase,
  pgPolicy,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { distributionOf } from '../../src/distribution/distribution.ts';
import { generate } from '../../src/generate/index.ts';
import { readDrizzle } from '../../src/model/index.ts';
import { application } from './schemas.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
const { isolate, tenants, shared, isolateThrough, reference, visibleThrough } =
  defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
type Columns = Record<string, PgColumnBuilderBase>;
const scoped = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() }) satisfies Columns;
const refusal = (schema: Record<string, unknown>): string => {
  try {
    generate({ tenancy, schema: { organizations, ...schema } });
  } catch (error) {
    return String(error);
  }
  return 'not refused';
};

describe('what Citus would refuse is refused by generate', () => {
  test('tenants, then their tables, by tenant; what all read, and what those reference, everywhere', () => {
    const { references, distributed } = distributionOf(readDrizzle(application('citus').schema));
    expect(references.map(({ name }) => name).sort()).toEqual(['plans', 'users']);
    expect(distributed.map(({ name, column }) => `${name} ${column}`)).toEqual([
      'organizations id',
      'projects organization_id',
      'tasks organization_id',
      'memberships organization_id',
    ]);
  });

  test('a key without the tenant', () => {
    const projects = pgTable('projects', { ...scoped(), code: text() }, (t) => [
      ...isolate(t),
      unique('projects_code_key').on(t.code),
    ]);
    expect(refusal({ projects })).toMatch(
      /table projects: projects_code_key \(code\) is unique across tenants, which no node can check[\s\S]*unique\(\)\.on\(t\.organization_id, …\)/,
    );
  });

  test('a primary key of its own, which the isolation would make', () => {
    const projects = pgTable(
      'projects',
      { ...tenancy.columns.scoped(), id: uuid().primaryKey() },
      (t) => [...isolate(t)],
    );
    expect(refusal({ projects })).toMatch(
      /projects_pkey \(id\) is unique across tenants[\s\S]*Take \.primaryKey\(\) from the column: \.\.\.isolate\(t\) makes the key \(organization_id, id\)/,
    );
  });

  test('a unique name of the tenants, which belongs into a table of its own', () => {
    const own = pgTable(
      'organizations',
      { id: tenancy.columns.id().primaryKey(), slug: text().unique('slug_key') },
      (t) => [...tenants(t)],
    );
    expect(refusal({ organizations: own })).toMatch(
      /slug_key[\s\S]*a table of its own, with \.\.\.shared\(t\)/,
    );
  });

  test('a foreign key without the tenant, one that sets null, and one from a table of all tenants', () => {
    const projects = pgTable('projects', scoped(), (t) => [
      ...isolate(t),
      unique('projects_id_key').on(t.id, t.organizationId),
    ]);
    const bare = pgTable('bare', { ...scoped(), projectId: uuid() }, (t) => [
      ...isolate(t),
      foreignKey({
        name: 'bare_fk',
        columns: [t.projectId],
        foreignColumns: [projects.id],
      }),
    ]);
    const clearing = pgTable('clearing', { ...scoped(), projectId: uuid() }, (t) => [
      ...isolate(t),
      foreignKey({
        name: 'clearing_fk',
        columns: [t.organizationId, t.projectId],
        foreignColumns: [projects.organizationId, projects.id],
      }).onDelete('set null'),
    ]);
    const byTrigger = pgTable('by_trigger', { ...scoped(), projectId: uuid() }, (t) => [
      ...isolate(t),
      ...reference(t, {
        column: t.projectId,
        to: (): AnyPgTable => projects,
        onDelete: 'set null',
      }),
    ]);
    const following = pgTable('following', { ...scoped(), projectId: uuid() }, (t) => [
      ...isolate(t),
      foreignKey({
        name: 'following_fk',
        columns: [t.organizationId, t.projectId],
        foreignColumns: [projects.organizationId, projects.id],
      }).onUpdate('cascade'),
    ]);
    const everybodys = pgTable(
      'everybodys',
      { id: uuid().references(() => organizations.id) },
      (t) => [...shared(t)],
    );
    const said = refusal({ projects, bare, clearing, following, byTrigger, everybodys });
    expect(said).toMatch(/table bare: bare_fk points at projects without the tenant/);
    expect(said).toMatch(/table clearing: clearing_fk is ON DELETE SET NULL/);
    expect(said).toMatch(/table following: following_fk is ON UPDATE CASCADE/);
    expect(said).not.toMatch(/by_trigger/);
    expect(said).toMatch(
      /table everybodys: \S+ points from a table of all tenants at organizations/,
    );
  });

  test('a policy of the user, which no shard would restrict', () => {
    const projects = pgTable('projects', scoped(), (t) => [
      ...isolate(t),
      pgPolicy('mine', { to: 'app', using: sql`true` }),
    ]);
    expect(refusal({ projects })).toMatch(/the policy mine of your own would widen the isolation/);
  });

  test('rows without a tenant', () => {
    const hidden = pgTable(
      'hidden',
      { id: uuid().primaryKey(), organizationId: uuid('organization_id') },
      (t) => [...isolate(t, { withoutTenant: 'hidden' })],
    );
    expect(refusal({ hidden })).toMatch(/organization_id may be null/);
    expect(() =>
      pgTable(
        'common',
        { id: uuid().primaryKey(), organizationId: uuid('organization_id') },
        (t) => [...isolate(t, { withoutTenant: 'shared' })],
      ),
    ).not.toThrow(); // Drizzle reads the third argument later
    const common = pgTable(
      'common',
      { id: uuid().primaryKey(), organizationId: uuid('organization_id') },
      (t) => [...isolate(t, { withoutTenant: 'shared' })],
    );
    expect(refusal({ common })).toMatch(/withoutTenant: 'shared' \}\) on table common, on Citus/);
  });

  test('tables that are isolated through others, each with the way out', () => {
    const projects = pgTable('projects', scoped(), (t) => [...isolate(t)]);
    const id = () => uuid().primaryKey();
    const notes = pgTable('notes', { id: id(), projectId: uuid('project_id') }, (t) => [
      ...isolateThrough(t, { column: t.projectId, parent: (): AnyPgTable => projects }),
    ]);
    const lines = pgTable('lines', { id: id(), noteId: uuid('note_id') }, (t) => [
      ...isolateThrough(t, { column: t.noteId, parent: (): AnyPgTable => notes }),
    ]);
    const said = refusal({ projects, notes, lines });
    expect(said).toContain('table notes: it has no tenant column, by which Citus would keep');
    expect(said).toContain('table lines: it has no tenant column');
    expect(said).toContain(
      'update notes c set <tenant> = p.<tenant> from projects p where p.id = c.project_id;',
    );
    expect(said).toContain('...reference(t, { column: t.note_id, to: () => notes })');
    expect(said).toMatch(/guides\/child-tables#on-citus/);
  });

  test('a table that is visible through one without a tenant column', () => {
    const links = pgTable('links', { id: uuid().primaryKey(), userId: uuid('user_id') }, (t) => [
      ...shared(t),
    ]);
    const users = pgTable('users', { id: uuid().primaryKey() }, (t) => [
      ...visibleThrough(t, { link: (): AnyPgTable => links, property: 'userId' }),
    ]);
    expect(refusal({ links, users })).toMatch(
      /visibleThrough\(t, …\) of table users, on Citus, through links, which has no \.\.\.isolate\(t\)/,
    );
  });

  test('a feature that is not written for it', () => {
    const feature = { name: 'meter', sql: () => ({ sections: [] }) };
    const input = { ...application('citus'), features: [feature] };
    expect(() => generate(input)).toThrow(/meter in features, with dialect: 'citus'/);
    expect(() =>
      generate({ ...input, features: [{ ...feature, dialects: ['postgres', 'citus'] as const }] }),
    ).not.toThrow();
    expect(() => generate({ ...application('postgres'), features: [feature] })).not.toThrow();
  });

  test('a sub-select in a term, but not a permission that is one alone', () => {
    const of = (read: ReturnType<typeof sql>) =>
      pgTable('projects', { ...scoped(), name: text() }, (t) => [...isolate(t, { read })]);
    const can = sql`(select tenantry.can('projects:read'))`;
    const [select] = readDrizzle({ projects: of(can) })[0]?.policies.filter(
      (each) => each.for === 'select',
    ) ?? [undefined];
    expect(select?.using).toMatch(
      /and \("projects"\."organization_id" = tenantry\.tenant_if_can\('projects:read'\)\)$/,
    );
    expect(refusal({ projects: of(can) })).toMatch(/tenantry\.tenant_if_can/);
    for (const term of [
      sql`${can} and name <> ''`,
      sql`not (select tenantry.can('projects:read'))`,
      sql`exists ( select from organizations)`,
      sql`name in (with x as (values ('a')) table x)`,
    ])
      expect(refusal({ projects: of(term) })).toMatch(
        /table projects: a term has a sub-select, which Citus takes in no policy/,
      );
    expect(refusal({ projects: of(sql`name <> '(select 1)'`) })).toBe('not refused');
  });

  test('a claim of another table, which has the tenant', () => {
    const claimed = (dialect: 'postgres' | 'citus', owned: boolean) => {
      const made = application(dialect);
      const slugs = pgTable(
        'slugs',
        { slug: text().primaryKey(), ...(owned && { organizationId: uuid('organization_id') }) },
        (t) => [...defineIsolation(made.tenancy).shared(t)],
      );
      const { organizations: of, memberships } = made.schema;
      const directory = { tenant: of.id, member: memberships.userId, claims: { slug: slugs.slug } };
      const { sections } = generate({ ...made, schema: { ...made.schema, slugs }, directory });
      return sections.find(({ id }) => id === 'entry')?.statements.join('\n');
    };
    expect(claimed('citus', true)).toMatch(
      /select c\."organization_id" into claimed from "public"\."slugs" c where c\."slug" = \$2/,
    );
    expect(claimed('postgres', true)).toMatch(
      /t\."id" = \(select c\."organization_id" from "public"\."slugs" c where c\."slug" = /,
    );
    for (const dialect of ['citus', 'postgres'] as const)
      expect(() => claimed(dialect, false)).toThrow(/give that table the property organizationId/);
  });
});
