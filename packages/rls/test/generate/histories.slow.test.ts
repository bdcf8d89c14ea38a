import { defineTenancy, type Tenancy } from '@tenantry/core';
import { ddl, functionsSql, name, sqlFunction } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import type { Application } from '@tenantry/testing/schema';
import { withClient } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import {
  boolean,
  integer,
  pgSchema,
  pgTable,
  pgView,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { History, type Renames } from '../support/history.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, isolateThrough, reference, searchable, shared, systemOnly, tenants } =
  defineIsolation(tenancy);

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t)],
);
const keyed = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });
const projects = pgTable('projects', { ...keyed(), name: text() }, (t) => [...isolate(t)]);
const tasks = pgTable('tasks', { ...keyed(), projectId: uuid('project_id') }, (t) => [
  ...isolate(t),
  ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
]);

const application = (schema: Record<string, unknown>, of: Tenancy = tenancy): Application => ({
  tenancy: of,
  schema,
});

const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';

/** Lives a history through, and compares the database with one that was made anew at its end. */
async function live(...steps: readonly (readonly [Record<string, unknown>, Renames?])[]) {
  const history = await History.begin();
  for (const [i, [schema, renames]] of steps.entries()) {
    await history.step(application(schema), renames);
    if (i === 0) await fill(history, schema);
  }
  expect(await history.differences()).toEqual([]);
  return history;
}

/** Two tenants, with rows in the tables that the first step has. */
async function fill(history: History, schema: Record<string, unknown>): Promise<void> {
  await withClient(history.url, async (client) => {
    if ('projects' in schema) {
      for (const tenant of [acme, globex])
        await client.query('insert into projects (organization_id, name) values ($1, $2)', [
          tenant,
          'x',
        ]);
    }
    if ('tasks' in schema) {
      await client.query(
        'insert into tasks (organization_id, project_id) select organization_id, id from projects',
      );
    }
  });
}

describe('a table', () => {
  test('that others reference is renamed, with its key', async () => {
    const works = pgTable('works', { ...keyed(), name: text() }, (t) => [...isolate(t)]);
    const tasksOf = pgTable('tasks', { ...keyed(), projectId: uuid('project_id') }, (t) => [
      ...isolate(t),
      ...reference(t, { column: t.projectId, to: () => works, onDelete: 'cascade' }),
    ]);
    const history = await live(
      [{ projects, tasks }],
      [{ works, tasksOf }, { tables: { projects: 'works' } }],
    );
    await withClient(history.url, async (client) => {
      expect(
        (await client.query('select from works w join tasks t on t.project_id = w.id')).rowCount,
      ).toBe(2);
    });
  });

  test('that is renamed keeps its keys and references under new names, and none is checked again', async () => {
    const works = pgTable('works', { ...keyed(), name: text() }, (t) => [...isolate(t)]);
    const duties = (parent: typeof projects | typeof works, title: string) =>
      pgTable(title, { ...keyed(), projectId: uuid('project_id') }, (t) => [
        ...isolate(t),
        ...reference(t, { column: t.projectId, to: () => parent, onDelete: 'set null' }),
      ]);
    const oids = (history: History) =>
      withClient(history.url, async (client) => {
        const { rows } = await client.query(
          "select oid, conname from pg_constraint where contype in ('p', 'f') and connamespace = 'public'::regnamespace order by oid",
        );
        return rows as { oid: number; conname: string }[];
      });
    const history = await History.begin();
    await history.step(application({ projects, tasks: duties(projects, 'tasks') }));
    const before = await oids(history);
    for (const [to, renames] of [
      [{ works, tasks: duties(works, 'tasks') }, { projects: 'works' }],
      [{ works, duties: duties(works, 'duties') }, { tasks: 'duties' }],
    ] as const) {
      await history.step(application(to), { tables: renames });
      expect(await history.differences()).toEqual([]);
    }
    const after = await oids(history);
    expect(after.map(({ oid }) => oid)).toEqual(before.map(({ oid }) => oid));
    expect(after.map(({ conname }) => conname).sort()).toEqual([
      'duties_pkey',
      'duties_project_id_fk',
      'works_pkey',
    ]);
  });

  test('that others reference changes its key', async () => {
    const own = pgTable(
      'projects',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id().primaryKey(), name: text() },
      (t) => [...isolate(t)],
    );
    const tasksOf = pgTable('tasks', { ...keyed(), projectId: uuid('project_id') }, (t) => [
      ...isolate(t),
      ...reference(t, { column: t.projectId, to: () => own, onDelete: 'cascade' }),
    ]);
    await live([{ projects, tasks }], [{ own, tasksOf }], [{ projects, tasks }]);
  });

  test('that is dropped and comes back is guarded again', async () => {
    await live([{ projects, tasks }], [{ projects }], [{ projects, tasks }]);
  });

  test('moves between schemas, keeps no right of its former kind, and moves back', async () => {
    const crm = pgSchema('crm');
    const moved = crm.table('projects', { ...keyed(), name: text() }, (t) => [
      ...isolate(t, { access: 'read' }),
    ]);
    await live([{ projects }], [{ crm, moved }, { schemas: { projects: 'crm' } }]);
  });

  test.each<[string, () => unknown]>([
    [
      'shared',
      () =>
        pgTable('projects', { id: tenancy.columns.id().primaryKey(), name: text() }, (t) => [
          ...shared(t),
        ]),
    ],
    [
      'system only',
      () =>
        pgTable('projects', { id: tenancy.columns.id().primaryKey(), name: text() }, (t) => [
          ...systemOnly(t),
        ]),
    ],
    [
      'isolated through another',
      () =>
        pgTable('projects', { id: tenancy.columns.id().primaryKey(), name: text() }, (t) => [
          ...isolateThrough(t, { column: t.id, parent: () => organizations2 }),
        ]),
    ],
    [
      'one with common rows',
      () =>
        pgTable(
          'projects',
          {
            id: tenancy.columns.id().primaryKey(),
            organizationId: uuid('organization_id'),
            name: text(),
          },
          (t) => [...isolate(t, { withoutTenant: 'shared' })],
        ),
    ],
  ])('becomes %s together with its column, and comes back empty', async (_, make) => {
    const history = await History.begin();
    await history.step(application({ organizations2, projects }));
    await history.step(application({ organizations2, other: make() }));
    expect(await history.differences()).toEqual([]);
    await history.step(application({ organizations2, projects }));
    expect(await history.differences()).toEqual([]);
  });

  test('gets another type in a column that a term reads', async () => {
    const of = (state: 'text' | 'integer') =>
      pgTable('projects', { ...keyed(), state: state === 'text' ? text() : integer() }, (t) => [
        ...isolate(t, {
          read:
            state === 'text' ? sql`${t.state} is null` : sql`${t.state} is null or ${t.state} > 1`,
        }),
      ]);
    const history = await History.begin();
    await history.step(application({ projects: of('integer') }));
    await history.step(application({ projects: of('text') }));
    expect(await history.differences()).toEqual([]);
  });

  test('loses a column that a term of another table reads', async () => {
    const flags = (hidden: boolean) =>
      pgTable('flags', { ...keyed(), ...(hidden ? { hidden: boolean() } : {}) }, (t) => [
        ...isolate(t),
      ]);
    const of = (looks: boolean) =>
      pgTable('projects', keyed(), (t) => [
        ...isolate(
          t,
          looks
            ? {
                read: sql`not exists (select from "flags" where "flags"."id" = ${t.id} and "flags"."hidden")`,
              }
            : {},
        ),
      ]);
    const history = await History.begin();
    await history.step(application({ flags: flags(true), projects: of(true) }));
    await history.step(application({ flags: flags(false), projects: of(false) }));
    expect(await history.differences()).toEqual([]);
    await history.step(application({ flags: flags(true), projects: of(true) }));
    await history.step(application({ projects: of(false) }));
    expect(await history.differences()).toEqual([]);
  });

  test('is searched, no longer, and again', async () => {
    const searched = pgTable('projects', { ...keyed(), name: text() }, (t) => [
      ...isolate(t),
      ...searchable(t, { name: { fullText: 'english' } }),
    ]);
    await live([{ searched }], [{ projects }], [{ searched }]);
  });

  test('moves between schemas while it is searched', async () => {
    const crm = pgSchema('crm');
    const of = (table: typeof pgTable) =>
      table('projects', { ...keyed(), name: text() }, (t) => [
        ...isolate(t),
        ...searchable(t, { name: { fullText: 'english' } }),
      ]);
    await live(
      [{ projects: of(pgTable) }],
      [{ crm, projects: of(crm.table as never) }, { schemas: { projects: 'crm' } }],
    );
  });

  test('is a view of another one, whose text changes', async () => {
    const view = (name: string) =>
      pgView('names')
        .with({ securityInvoker: true })
        .as((qb) => qb.select({ as: sql.raw(`'${name}'`).as('as') }).from(projects));
    const history = await live([{ projects, names: view('a') }], [{ projects, names: view('b') }]);
    const [tables, last] = history.files.slice(-2).map(({ text }) => text);
    expect(tables).toContain('DROP VIEW');
    expect(last).toContain('grant select on table "public"."names"');
  });
});

describe('a feature', () => {
  const may = sqlFunction(
    ddl`may(permission text) returns boolean`,
    { volatility: 'stable', callers: [name('app'), name('system')] },
    ddl`
      begin
        return not exists (select from tenantry.forbidden f where f.permission = $1);
      end
    `,
  );
  const noted = sqlFunction(
    ddl`noted() returns trigger`,
    {},
    ddl`
      begin
        perform tenantry.may('note');
        return null;
      end
    `,
  );
  /** Policies call a function of it, as those of rbac do; its trigger is on a table of the application. */
  const guards: Feature = {
    name: 'guards',
    sql: () => ({
      foundation: [
        ddl`create table if not exists tenantry.forbidden (permission text primary key);
        grant select on tenantry.forbidden to ${name('app')}, ${name('system')};`,
        functionsSql([may]),
      ],
      sections: [
        {
          id: 'projects',
          sql: [
            functionsSql([noted]),
            ddl`create or replace trigger tenantry_noted after insert on projects
              for each row execute function ${noted.target}();`,
          ],
        },
      ],
    }),
  };
  const guarded = pgTable('projects', { ...keyed(), name: text() }, (t) => [
    ...isolate(t, { write: sql`(select tenantry.may('projects:write'))` }),
  ]);

  test('whose function policies call leaves with its fragments, and comes back', async () => {
    const history = await History.begin();
    const withGuards = { tenancy, schema: { guarded }, features: [guards] };
    const add = () =>
      withClient(history.url, (client) =>
        client.query('insert into projects (organization_id, name) values ($1, $2)', [acme, 'x']),
      );
    await history.step(withGuards);
    await add();
    await history.step({ tenancy, schema: { projects } });
    await add();
    await withClient(history.url, async (client) => {
      const { rows } = await client.query(
        `select proname from pg_proc where pronamespace = 'tenantry'::regnamespace and proname in ('may', 'noted')
         union all select tgname from pg_trigger where tgname = 'tenantry_noted'`,
      );
      expect(rows).toEqual([]);
    });
    await history.step(withGuards);
    await add();
    expect(await history.differences()).toEqual([]);
  });

  test('that leaves while its fragments stay is refused before anything is written', async () => {
    const history = await History.begin();
    await history.step({ tenancy, schema: { guarded }, features: [guards] });
    const files = history.files.length;
    await expect(history.step({ tenancy, schema: { guarded } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      found: expect.stringContaining('tenantry.may()'),
    });
    expect(history.files).toHaveLength(files);
  });
});

describe('the words', () => {
  const word = (tenant: string) => {
    const other = defineTenancy({ tenant, id: 'uuid' });
    const fragments = defineIsolation(other);
    const parents = pgTable(
      'projects',
      { ...other.columns.scoped(), id: other.columns.id(), name: text() },
      (t) => [...fragments.isolate(t as never)],
    );
    const children = pgTable(
      'tasks',
      { ...other.columns.scoped(), id: other.columns.id(), projectId: uuid('project_id') },
      (t) => [
        ...fragments.isolate(t as never),
        ...fragments.reference(t as never, { column: t.projectId, to: () => parents }),
      ],
    );
    return application({ parents, children }, other);
  };

  test('for the tenant change, with every column, default and key', async () => {
    const history = await History.begin();
    await history.step(word('organization'));
    await history.step(word('workspace'), {
      columns: {
        projects: { organization_id: 'workspace_id' },
        tasks: { organization_id: 'workspace_id' },
      },
    });
    expect(await history.differences()).toEqual([]);
  });

  test('for the roles change: the old ones keep no right', async () => {
    const named = (app: string) => {
      const other = defineTenancy({ tenant: 'organization', id: 'uuid', roles: { app } });
      const { isolate: own } = defineIsolation(other);
      const table = pgTable(
        'projects',
        { ...other.columns.scoped(), id: other.columns.id() },
        (t) => [...own(t)],
      );
      return application({ table }, other);
    };
    const history = await History.begin();
    await history.step(named('app'));
    await history.step(named('web_of_histories'));
    expect(await history.differences()).toEqual([]);
  });
});

const organizations2 = pgTable(
  'owners',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), at: timestamp() },
  (t) => [...isolate(t)],
);
void organizations;
