import {
  guessTenantColumn,
  pathOf,
  readCatalogue,
  readDrizzle,
  type TableModel,
  titleOf,
  withIsolation,
} from '@tenantry/rls/model';
import { describe, expect, test } from 'vitest';
import { application } from './fixtures/application.ts';
import { fixture } from './support/fixture.ts';

const { root } = await fixture();
const query = async (text: string, values: unknown[]) => (await root.query(text, values)).rows;
const { tables: all, policies } = await readCatalogue(query, 'app');
const declared = readDrizzle(application.schema);

const sorted = <T>(all: readonly T[], by: (each: T) => string) =>
  [...all].sort((a, b) => by(a).localeCompare(by(b)));

/** What both sources know of a table; names of constraints are those of drizzle-kit only in one. */
const facts = (table: TableModel) => ({
  path: pathOf(table),
  isolation: table.isolation,
  tenantColumn: table.tenantColumn,
  withoutTenant: table.withoutTenant,
  columns: sorted(
    table.columns.map(({ name, notNull, generated }) => ({ name, notNull, generated })),
    ({ name }) => name,
  ),
  keys: sorted(
    table.keys.map(({ kind, columns, partial }) => ({ kind, columns, partial })),
    ({ kind, columns }) => `${kind} ${columns}`,
  ),
  foreignKeys: sorted(
    table.foreignKeys.map(({ name, ...key }) => ({
      ...key,
      cleared: key.onDelete === 'set null' ? key.cleared : [],
    })),
    ({ columns }) => columns.join(),
  ),
});

describe('a table read from the Drizzle schema and from the database', () => {
  const live = withIsolation(all, { declared, tenantColumn: undefined });

  test.each(declared.map((table) => [titleOf(table), table] as const))('%s', (_, table) => {
    const found = live.find((each) => pathOf(each) === pathOf(table));
    expect(found && facts(found)).toEqual(facts(table));
  });

  test('each wanted policy stands, by its name and its command', () => {
    for (const table of declared) {
      const oid = live.find((each) => pathOf(each) === pathOf(table))?.oid;
      const standing = policies.filter((policy) => policy.table === oid);
      expect(standing.map(({ name, command }) => `${name} ${command}`)).toEqual(
        expect.arrayContaining(table.policies.map((policy) => `${policy.name} ${policy.for}`)),
      );
    }
  });
});

describe('a database without a schema', () => {
  test('its tenant column is guessed, and isolation is inferred from columns and references', () => {
    const tables = all.filter(({ schema: of }) => of === 'public');
    const tenantColumn = guessTenantColumn(tables);
    expect(tenantColumn).toBe('organization_id');
    const isolation = Object.fromEntries(
      withIsolation(tables, { tenantColumn }).map((table) => [titleOf(table), table.isolation]),
    );
    expect(isolation).toMatchObject({
      organizations: 'tenants',
      projects: 'scoped',
      tasks: 'scoped',
      plans: undefined,
    });
  });

  test('a table of the tenancy itself is none of the tenants', async () => {
    // the internal tables of features name their column tenant_id, which may be the tenancy's word too
    await root.query(
      'begin; create table tenantry.remembered (tenant_id uuid); create table remembered (tenant_id uuid)',
    );
    const { tables } = await readCatalogue(query, 'app');
    await root.query('rollback');
    const kinds = withIsolation(tables, { tenantColumn: 'tenant_id', ownSchema: 'tenantry' })
      .filter(({ name }) => name === 'remembered')
      .map((table) => [table.schema, table.isolation]);
    expect(Object.fromEntries(kinds)).toEqual({ tenantry: undefined, public: 'scoped' });
  });

  test('an exempt table is not judged, and its references still count', async () => {
    await root.query('begin');
    await root.query(
      `create table queue (id uuid primary key, organization_id uuid);
      create table queue_runs (id uuid primary key, queue_id uuid references queue)`,
    );
    const { tables } = await readCatalogue(query, 'app');
    await root.query('rollback');
    const queue = tables.filter(({ name }) => name === 'queue');
    const rest = tables.filter(({ name }) => name !== 'queue');
    const kindOf = (found: readonly TableModel[]) =>
      found.find(({ name }) => name === 'queue_runs')?.isolation;
    expect(kindOf(withIsolation(tables, { tenantColumn: 'organization_id' }))).toBe('through');
    expect(
      kindOf(withIsolation(rest, { tenantColumn: 'organization_id', besides: queue })),
    ).toBeUndefined();
  });
});

test('what only a database knows of a column: its type, its values, what the role may do', async () => {
  await root.query('begin');
  await root.query(
    `create type mood as enum ('sad', 'ok'); create domain code as varchar(7) not null;
    create table kinds (id int generated always as identity, mood mood, code code, twice int generated always as (1 + 1) stored,
      price numeric(12, 2) default 1, check (price > 0)); create unique index on kinds (lower(code)) where price > 2;
    grant update (mood) on kinds to app`,
  );
  const { tables } = await readCatalogue(query, 'app');
  await root.query('rollback');
  const kinds = tables.find(({ name }) => name === 'kinds');
  const of = (name: string) => kinds?.columns.find((column) => column.name === name);
  expect(of('id')).toMatchObject({ alwaysIdentity: true, generated: false, hasDefault: true });
  expect(of('mood')).toMatchObject({ category: 'E', labels: ['sad', 'ok'], mayUpdate: true });
  expect(of('code')).toMatchObject({ length: 7, category: 'S', notNull: false, refusesNull: true });
  expect(of('twice')).toMatchObject({ generated: true });
  expect(of('price')).toMatchObject({ type: 'numeric(12,2)', mayUpdate: false, hasDefault: true });
  expect(kinds?.constraints.map(({ kind }) => kind)).toEqual(['check']);
  expect(kinds?.keys).toMatchObject([{ kind: 'unique', columns: [''], partial: true }]);
});

test('a column that only the system role changes is fixed', () => {
  const projects = all.find(({ name }) => name === 'projects');
  const fixed = projects?.columns.filter((column) => column.fixed).map(({ name }) => name);
  expect(fixed).toEqual(['organization_id', 'id']);
});
