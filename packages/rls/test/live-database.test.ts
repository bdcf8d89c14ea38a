import {
  generate,
  missing,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
  type Section,
} from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable, serial, uuid } from 'drizzle-orm/pg-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { isolate, reference, systemOnly, tenancy } from './fixtures/schema.ts';
import { runAll, withClient } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { testLogin } from './support/login.ts';
import { inTransaction, sqlState } from './support/scope.ts';
import { acme, globex } from './support/seed.ts';

// An application that had tables and rows before it had tenants.
const { url } = await testDatabase();
const root = await connect(url);
const second = await connect(url);
await runAll(root, generate({ tenancy, schema: {} }).foundation.statements);
beforeEach(async () => {
  await root.query(`
    drop table if exists children, parents;
    create table parents (id serial primary key, organization_id uuid not null);
    create unique index on parents (organization_id, id);
    create table children (id uuid primary key default gen_random_uuid(), organization_id uuid not null, parent_id integer);
    create unique index on children (organization_id, id)`);
});

const parents = pgTable(
  'parents',
  { id: serial().primaryKey(), ...tenancy.columns.scoped() },
  (t) => [...isolate(t)],
);

/** The child table, referencing its parent in one way or not at all. */
const children = (onDelete?: 'cascade' | 'set null' | 'restrict' | 'no action') =>
  pgTable(
    'children',
    { ...tenancy.columns.scoped(), id: uuid().primaryKey(), parentId: integer('parent_id') },
    (t) => [
      ...isolate(t),
      ...(onDelete === undefined
        ? []
        : reference(t, { column: t.parentId, to: () => parents, onDelete })),
    ],
  );

/** From one schema to the next, as `tenantry generate` does it. */
function change(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): string[] {
  const [before, after] = [from, to].map((schema) => {
    const { foundation, sections } = generate({ tenancy, schema });
    return [foundation, ...sections];
  }) as [Section[], Section[]];
  const migrated = readMigrations([{ name: 'before', text: renderMigration(before) }]);
  const { sections, gone } = missing(after, migrated);
  return [
    ...removeFirst(gone),
    ...sections.flatMap((section) => section.statements),
    ...removeLast(gone),
  ];
}

const statements = (schema: Readonly<Record<string, unknown>>) =>
  generate({ tenancy, schema }).sections.flatMap((section) => section.statements);

const foreignKeys = async () =>
  (
    await root.query(
      "select pg_get_constraintdef(oid) def, convalidated valid from pg_constraint where contype = 'f' and conrelid = 'children'::regclass",
    )
  ).rows;

describe('a reference', () => {
  test('is added, replaced and removed as the schema says', async () => {
    const apply = (onDelete: 'cascade' | 'set null') =>
      runAll(root, statements({ parents, children: children(onDelete) }));
    const key = 'FOREIGN KEY (organization_id, parent_id) REFERENCES parents(organization_id, id)';
    await apply('cascade');
    expect(await foreignKeys()).toEqual([{ def: `${key} ON DELETE CASCADE`, valid: true }]);
    await apply('set null');
    expect(await foreignKeys()).toEqual([
      { def: `${key} ON DELETE SET NULL (parent_id)`, valid: true },
    ]);
    await runAll(
      root,
      change({ parents, children: children('set null') }, { parents, children: children() }),
    );
    expect(await foreignKeys()).toEqual([]);
  });

  test('leaves foreign keys alone that it did not make', async () => {
    await root.query(
      'alter table children add constraint by_hand foreign key (parent_id) references parents',
    );
    await runAll(root, statements({ parents, children: children('cascade') }));
    await runAll(
      root,
      change({ parents, children: children('cascade') }, { parents, children: children() }),
    );
    expect((await foreignKeys()).map(({ def }) => def)).toEqual([
      'FOREIGN KEY (parent_id) REFERENCES parents(id)',
    ]);
  });

  test('is validated by an owner whom the forced policies bind, row by row', async () => {
    const login = await testLogin(url, [tenancy.roles.app, tenancy.roles.system]);
    const text = statements({ parents, children: children('cascade') });
    const forced = `select count(*)::int n from pg_class where relforcerowsecurity and relname in ('parents', 'children')`;
    const insert = (tenant: string) =>
      root.query('insert into children (organization_id, parent_id) values ($1, 1)', [tenant]);
    await root.query(`grant usage, create on schema public, tenantry to ${login.name}`);
    await root.query(`grant execute on all functions in schema tenantry to ${login.name}`);
    await root.query(`alter table parents owner to ${login.name}`);
    await root.query(`alter table children owner to ${login.name}`);
    await root.query('insert into parents values (1, $1)', [acme.id]);
    await insert(globex.id);
    await withClient(login.url, async (owner) => {
      await expect(runAll(owner, text)).rejects.toThrow(/violates foreign key constraint/);
      await owner.query('rollback');
      await root.query('delete from children');
      await insert(acme.id);
      await runAll(owner, text);
      expect((await foreignKeys()).map(({ valid }) => valid)).toEqual([true]);
      expect((await owner.query(forced)).rows).toEqual([{ n: 2 }]);
      expect((await owner.query('select from children')).rowCount).toBe(0);
    });
  });

  test.each([
    ['cascade', 'cascade'],
    ['set null', 'set null (parent_id)'],
    ['restrict', 'restrict'],
    ['no action', 'no action'],
  ] as const)(
    'that was made ahead of the migration is found there: %s',
    async (onDelete, action) => {
      const standing = async () => {
        const { rows } = await root.query(
          "select oid, convalidated, obj_description(oid, 'pg_constraint') as mark from pg_constraint where conname = 'children_parent_id_fk'",
        );
        return rows[0];
      };
      await root.query(
        `alter table children add constraint children_parent_id_fk foreign key (organization_id, parent_id)
         references parents (organization_id, id) on delete ${action} not valid`,
      );
      const before = await standing();
      expect(before).toMatchObject({ convalidated: false, mark: null });
      await runAll(root, statements({ parents, children: children(onDelete) }));
      const mark = expect.stringMatching(/^tenantry [0-9a-f]{16}$/);
      expect(await standing()).toEqual({ oid: before.oid, convalidated: true, mark });
    },
  );

  test.each([
    'foreign key (parent_id, organization_id) references parents (id, organization_id) on delete cascade',
    'foreign key (organization_id, parent_id) references parents (organization_id, id) on delete set null',
    'foreign key (organization_id, parent_id) references parents (organization_id, id) on delete cascade on update cascade',
    'foreign key (organization_id, parent_id) references parents (organization_id, id) match full on delete cascade',
    'foreign key (organization_id, parent_id) references parents (organization_id, id) on delete cascade deferrable',
    'check (parent_id > 0)',
  ])('takes the place of another constraint of its name: %s', async (other) => {
    await root.query('create unique index on parents (id, organization_id)');
    await root.query(`alter table children add constraint children_parent_id_fk ${other}`);
    await runAll(root, statements({ parents, children: children('cascade') }));
    expect(await foreignKeys()).toEqual([
      {
        def: 'FOREIGN KEY (organization_id, parent_id) REFERENCES parents(organization_id, id) ON DELETE CASCADE',
        valid: true,
      },
    ]);
  });

  test('that old rows cross tenants by is refused, and nothing of the migration stays', async () => {
    await root.query('insert into parents (organization_id) values ($1)', [acme.id]);
    await root.query(
      'insert into children (organization_id, parent_id) select $1, id from parents',
      [globex.id],
    );
    const apply = inTransaction(root, async () => {
      for (const statement of statements({ parents, children: children('cascade') }))
        await root.query(statement);
    });
    expect(await sqlState(apply)).toBe('23503');
    expect(await foreignKeys()).toEqual([]);
    const { rows } = await root.query(
      "select relrowsecurity from pg_class where oid = 'children'::regclass",
    );
    expect(rows).toEqual([{ relrowsecurity: false }]);
  });
});

test('a table that is declared differently later ends in the state of the new declaration', async () => {
  await runAll(root, statements({ parents }));
  const hidden = pgTable('parents', { id: serial().primaryKey() }, (t) => [...systemOnly(t)]);
  await runAll(root, change({ parents }, { hidden }));
  const { rows } = await root.query(`
    select has_any_column_privilege('app', oid, 'select, insert, update') app,
      has_table_privilege('system', oid, 'select') system,
      (select count(*)::int from pg_trigger where tgrelid = c.oid and not tgisinternal) triggers,
      array(select polname::text from pg_policy where polrelid = c.oid) policies
    from pg_class c where oid = 'parents'::regclass`);
  expect(rows).toEqual([
    { app: false, system: true, triggers: 0, policies: ['parents_system_access'] },
  ]);
});

test('a migration gives up on a table in use, instead of letting the application queue behind it', async () => {
  const [first = '', ...rest] = renderMigration(
    generate({ tenancy, schema: { parents } }).sections,
  ).split('--> statement-breakpoint');
  expect(first).toContain("set local lock_timeout = '5s';");
  await second.query('begin; lock table parents in access share mode');
  const apply = inTransaction(root, async () => {
    for (const statement of [first.replace('5s', '100ms'), ...rest]) await root.query(statement);
  });
  expect(await sqlState(apply)).toBe('55P03');
  await second.query('commit');
});
