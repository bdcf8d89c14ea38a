import { defineTenancy, TenantryError } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { sql } from 'drizzle-orm';
import {
  foreignKey,
  integer,
  pgMaterializedView,
  pgPolicy,
  pgSchema,
  pgTable,
  pgView,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { application } from './fixtures/application.ts';
import {
  isolate,
  memberships,
  organizations,
  projects,
  reference,
  tenancy,
} from './fixtures/schema.ts';

const generated = (schema: Readonly<Record<string, unknown>>) => generate({ tenancy, schema });

function refusal(schema: Readonly<Record<string, unknown>>): TenantryError {
  try {
    generated(schema);
  } catch (error) {
    if (TenantryError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a schema that could leak is refused', () => {
  test('tables without a declaration, all of them by name', () => {
    const crm = pgSchema('crm');
    const error = refusal({
      projects,
      leads: crm.table('leads', { id: uuid().primaryKey() }),
      logs: pgTable('logs', { id: uuid().primaryKey() }),
    });
    expect(error.code).toBe('TABLE_NOT_ISOLATED');
    expect(error.found).toBe('crm.leads, logs');
    expect(error.fix).toContain('...isolate(t)');
  });

  test('a tenant column that may be null', () => {
    const bad = pgTable(
      'bad',
      { id: tenancy.columns.id(), organizationId: uuid('organization_id') },
      (t) => [...isolate(t)],
    );
    const error = refusal({ bad });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.found).toBe(
      'column organization_id of table bad may be null, and nothing says what a row without a tenant is.',
    );
  });

  test('a tenant column of another type', () => {
    const bad = pgTable(
      'bad',
      { id: tenancy.columns.id(), organizationId: integer('organization_id').notNull() },
      (t) => [...isolate(t)],
    );
    expect(refusal({ bad }).found).toContain('of type integer');
  });

  test('a reference to a column that is not unique', () => {
    const bad = pgTable(
      'bad',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), word: text() },
      (t) => [
        ...isolate(t),
        ...reference(t, { column: t.word, to: () => projects, property: 'name' }),
      ],
    );
    expect(refusal({ projects, bad }).found).toContain(
      '(organization_id, name) of projects, which is not unique there',
    );
  });

  test('a claim by a column that is not unique', () => {
    const input = {
      ...application,
      directory: {
        tenant: organizations.id,
        claims: { name: organizations.name },
        member: memberships.userId,
      },
    };
    expect(() => generate(input)).toThrow('claim name by column name, which is not unique');
  });

  test('two primary keys', () => {
    const bad = pgTable(
      'bad',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), code: text() },
      (t) => [...isolate(t), ...isolate(t, { key: [t.code] })],
    );
    expect(refusal({ bad }).fix).toContain('key: false');
  });

  test('a reference that clears a column that is not null', () => {
    const bad = pgTable(
      'bad',
      {
        ...tenancy.columns.scoped(),
        id: tenancy.columns.id(),
        projectId: uuid('project_id').notNull(),
      },
      (t) => [
        ...isolate(t),
        ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
      ],
    );
    expect(refusal({ projects, bad }).found).toContain('bad_project_id_fk');
  });
});

describe('names that would end in a migration that fails, or that reads another table', () => {
  const keyed = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });

  test.each(['app', 'system'])('a schema named like the role %s', (role) => {
    const hidden = pgSchema(role).table('projects', keyed(), (t) => [...isolate(t)]);
    expect(refusal({ hidden }).found).toContain(
      `schema ${role} of table projects is named like a role`,
    );
  });

  test('two tables whose names differ outside of ASCII have keys and policies of their own', () => {
    const tables = ['größe', 'gräße', 'グループ', 'チーム', 'Ж'].map((name) =>
      pgTable(name, keyed(), (t) => [...isolate(t)]),
    );
    const { sections } = generated(Object.fromEntries(tables.map((table, i) => [`t${i}`, table])));
    const policies = sections
      .flatMap(({ statements }) => statements)
      .flatMap((statement) => statement.match(/create policy "[^"]*"/g) ?? []);
    expect(new Set(policies).size).toBe(tables.length * 3);
  });

  test('two tables whose keys have one name', () => {
    const first = pgTable('myTable', keyed(), (t) => [...isolate(t)]);
    const second = pgTable('my_table', keyed(), (t) => [...isolate(t)]);
    expect(refusal({ first, second }).found).toContain('an index named my_table_pkey');
  });

  test('a policy of the user’s own with a name of ours', () => {
    const table = pgTable('things', keyed(), (t) => [
      ...isolate(t),
      pgPolicy('things_tenant_floor', { using: sql`true` }),
    ]);
    expect(refusal({ table }).found).toContain('a policy of your own named things_tenant_floor');
  });
});

describe('a schema that weakens the isolation is warned about', () => {
  const weak = pgTable(
    'weak',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      slug: text().unique('weak_slug'),
      code: text(),
      name: text(),
      projectId: uuid('project_id'),
    },
    (t) => [
      ...isolate(t),
      unique('weak_code').on(t.code, t.organizationId),
      uniqueIndex('weak_name').on(t.name),
      unique('fine').on(t.organizationId, t.code),
      foreignKey({ name: 'weak_fk', columns: [t.projectId], foreignColumns: [projects.id] }),
    ],
  );

  test('by each unique key that the tenant does not lead, and each reference without it', () => {
    const found = generated({ projects, weak }).warnings.map(({ code, table, found }) => [
      code,
      table,
      found.split(' ')[0],
    ]);
    expect(found).toEqual([
      ['UNIQUE_WITHOUT_TENANT', 'weak', 'weak_slug'],
      ['UNIQUE_WITHOUT_TENANT', 'weak', 'weak_code'],
      ['UNIQUE_WITHOUT_TENANT', 'weak', 'weak_name'],
      ['REFERENCE_WITHOUT_TENANT', 'weak', 'weak_fk'],
    ]);
  });

  test('by a view that reads with its owner’s rights, which is granted to nobody', () => {
    const open = pgView('open').as((qb) => qb.select().from(projects));
    const safe = pgView('safe')
      .with({ securityInvoker: true })
      .as((qb) => qb.select().from(projects));
    const stored = pgMaterializedView('stored').as((qb) => qb.select().from(projects));
    const { sections, warnings } = generated({ projects, open, safe, stored });
    expect(warnings.map(({ code, table }) => [code, table])).toEqual([
      ['VIEW_READS_AS_OWNER', 'open'],
      ['VIEW_READS_AS_OWNER', 'stored'],
    ]);
    const grants = sections
      .filter(({ id }) => id.startsWith('view:'))
      .map(({ id, statements }) => [id, statements.some((s) => s.startsWith('grant'))]);
    expect(grants).toEqual([
      ['view:public.open', false],
      ['view:public.safe', true],
      ['view:public.stored', false],
    ]);
  });

  test('but not by the slug of the table of tenants', () => {
    expect(generated({ organizations }).warnings).toEqual([]);
  });
});

describe('the text', () => {
  test('is this, for the fixture schema', async () => {
    const text = generate(application)
      .sections.flatMap(({ statements }) => statements)
      .join('\n');
    await expect(text).toMatchFileSnapshot('./fixtures/generated.sql');
  });

  test('depends on the schema alone', () => {
    expect(generate(application)).toEqual(generate(application));
  });

  test('quotes names that need it', () => {
    const odd = pgSchema('My "schema"').table(
      'select',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), 'we;ird': text("we'ird") },
      (t) => [...isolate(t)],
    );
    const sql = generated({ odd })
      .sections.flatMap(({ statements }) => statements)
      .join('\n');
    expect(sql).toContain(
      `grant select, insert, delete, update ("organization_id", "id", "we'ird") on table "My ""schema"""."select"`,
    );
  });

  test('spells columns as drizzle-kit does with its casing', () => {
    const cased = pgTable(
      'cased',
      {
        ...tenancy.columns.scoped(),
        id: tenancy.columns.id(),
        dueAtUTC: text(),
        explicitName: text('explicitName'),
      },
      (t) => [...isolate(t)],
    );
    const sql = generate({ tenancy, schema: { cased }, casing: 'snake_case' })
      .sections.flatMap((s) => s.statements)
      .join('\n');
    expect(sql).toContain('update ("organization_id", "id", "due_at_utc", "explicitName")');
  });

  test('grants the schemas of enum types, and sequences of their own', () => {
    const billing = pgSchema('billing');
    const state = billing.enum('state', ['open']);
    const numbers = billing.sequence('numbers');
    const bills = pgTable(
      'bills',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), state: state() },
      (t) => [...isolate(t)],
    );
    const [schemas] = generated({ bills, state, numbers }).sections;
    expect(schemas?.statements).toEqual([
      'grant usage on schema "billing" to "app", "system";',
      'grant usage on schema "public" to "app", "system";',
      'revoke all on sequence "billing"."numbers" from public;',
      'grant usage on sequence "billing"."numbers" to "app", "system";',
    ]);
  });

  test('names the roles of the tenancy', () => {
    const other = defineTenancy({
      tenant: 'workspace',
      id: 'text',
      roles: { app: 'web', system: 'ops' },
    });
    const fragments = defineIsolation(other);
    const docs = pgTable('docs', { ...other.columns.scoped(), id: other.columns.id() }, (t) => [
      ...fragments.isolate(t),
    ]);
    const { foundation, sections } = generate({ tenancy: other, schema: { docs } });
    const all = [foundation, ...sections].flatMap(({ statements }) => statements).join('\n');
    expect(all).not.toMatch(/"app"|"system"/);
    expect(all).toContain('"workspace_id"');
  });
});
