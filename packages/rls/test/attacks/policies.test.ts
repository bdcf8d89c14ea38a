import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.ts';
import { asSystem, asTenant, inContext, setContext, sqlState, undone } from '../support/scope.ts';
import { acme, globex } from '../support/seed.ts';

const { root, app } = await fixture();
const asAcme = <R>(fn: () => Promise<R>) => inContext(app, asTenant(acme.id), fn);
const rows = async (text: string, values: unknown[] = []) => (await app.query(text, values)).rows;

/** How many rows of each tenant a table has, without the policies. */
const counts = async (table: string) =>
  (
    await root.query(
      `select count(*)::int n from ${table} group by organization_id order by organization_id`,
    )
  ).rows;

describe('a forgotten WHERE', () => {
  test.each([
    ['organizations', 1],
    ['users', 1],
    ['memberships', 1],
    ['projects', 2],
    ['tasks', 1],
    ['invoices', 1],
    ['invoice_lines', 1],
    ['notes', 1],
  ])('reads only the rows of the tenant in %s', async (table, own) => {
    const all = (await root.query(`select * from ${table}`)).rows.length;
    expect(all).toBe(2 * own);
    expect(await asAcme(() => rows(`select * from ${table}`))).toHaveLength(own);
  });

  test('is not circumvented by naming the other tenant', async () => {
    const [named, joined, sub] = await asAcme(async () => [
      await rows('select * from projects where organization_id = $1', [globex.id]),
      await rows('select * from projects p full join tasks t on true where t.title = $1', [
        'globex',
      ]),
      await rows('select (select count(*)::int from projects where name = $1) n', ['globex']),
    ]);
    expect(named).toEqual([]);
    expect(joined).toEqual([]);
    expect(sub).toEqual([{ n: 0 }]);
  });

  test('updates and deletes only rows of the tenant', async () => {
    await undone(app, async () => {
      await setContext(app, asTenant(acme.id));
      expect((await app.query("update tasks set title = 'x'")).rowCount).toBe(1);
      expect((await app.query('delete from projects')).rowCount).toBe(2);
    });
    expect(await counts('projects')).toEqual([{ n: 2 }, { n: 2 }]);
  });
});

describe('writing to another tenant', () => {
  test.each([
    ['insert', "insert into projects (organization_id, name) values ($1, 'x')"],
    ['insert … select', "insert into projects (organization_id, name) select $1, 'x'"],
    [
      'upsert of a new row',
      "insert into projects (organization_id, name) values ($1, 'x') on conflict do nothing",
    ],
    [
      'upsert of an existing row',
      `insert into projects (organization_id, id, name) values ($1, '${globex.project}', 'x') on conflict (organization_id, id) do update set name = 'stolen'`,
    ],
    [
      'merge',
      "merge into projects p using (select $1::uuid o) s on false when not matched then insert (organization_id, name) values (s.o, 'x')",
    ],
    ['update that moves a row', 'update projects set organization_id = $1'],
    [
      'membership',
      `insert into memberships (organization_id, user_id) values ($1, '${acme.user}')`,
    ],
    [
      'another organization',
      "insert into organizations (id, name, slug) values ($1::uuid, 'x', 'x')",
    ],
  ])('%s is refused', async (_, text) => {
    expect(await sqlState(asAcme(() => rows(text, [globex.id])))).toBe('42501');
  });

  test('an insert without a tenant belongs to the current one', async () => {
    const [row] = await asAcme(() =>
      rows("insert into projects (name) values ('new') returning *"),
    );
    expect(row.organization_id).toBe(acme.id);
    await asAcme(() => rows("delete from projects where name = 'new'"));
  });

  test('an id is never changed', async () => {
    expect(await sqlState(asAcme(() => rows('update projects set id = gen_random_uuid()')))).toBe(
      '42501',
    );
  });

  test('moving a row is refused by the trigger even where a role may update the column', async () => {
    // The project without tasks: the foreign keys of tasks refuse the others.
    const move =
      'update projects set organization_id = $1 where organization_id = $2 and id not in (select project_id from tasks)';
    expect(await sqlState(asSystem(app, () => app.query(move, [globex.id, acme.id])))).toBe(
      '42501',
    );
    expect(await sqlState(root.query(move, [globex.id, acme.id]))).toBe('42501');
    await undone(root, async () => {
      await root.query('drop trigger "0_tenantry_refuse_column_change" on projects');
      expect((await root.query(move, [globex.id, acme.id])).rowCount).toBe(1); // the control
    });
  });
});

describe('policies added later', () => {
  test('a second permissive policy opens nothing, because of the floor', async () => {
    await undone(root, async () => {
      await root.query(
        'create policy careless on projects for all to public using (true) with check (true)',
      );
      await setContext(root, asTenant(acme.id));
      expect((await root.query('select * from projects')).rows).toHaveLength(2);
      expect((await root.query("update projects set name = 'x'")).rowCount).toBe(2);
      await root.query('savepoint a');
      expect(
        await sqlState(
          root.query("insert into projects (organization_id, name) values ($1, 'x')", [globex.id]),
        ),
      ).toBe('42501');
      await root.query('rollback to a; reset role; drop policy projects_tenant_floor on projects');
      await root.query("select set_config('role', 'app', true)");
      expect((await root.query('select * from projects')).rows).toHaveLength(4); // the control
    });
  });
});

describe('an owner that is not a superuser', () => {
  const asOwner = async (prepare: string) => {
    await root.query('create role careless_owner');
    await root.query('grant usage, create on schema public to careless_owner');
    await root.query('alter table projects owner to careless_owner');
    await root.query(prepare);
    await root.query('set local role careless_owner');
    return (await root.query('select * from projects')).rows;
  };

  test('reads nothing with FORCE', async () => {
    expect(await undone(root, () => asOwner('select'))).toEqual([]);
  });

  test('would read everything without it', async () => {
    const rows = await undone(root, () =>
      asOwner('alter table projects no force row level security'),
    );
    expect(rows).toHaveLength(4);
  });
});

describe('an owner who has the rights of the system role', () => {
  /** As a migrating login has them, which hands functions to the system role. */
  const asOwner = (floor: string) =>
    undone(root, async () => {
      await root.query('create role migrating_owner in role system');
      await root.query('grant usage, create on schema public to migrating_owner');
      await root.query('alter table projects owner to migrating_owner');
      await root.query(`alter policy projects_tenant_floor on projects to ${floor}`);
      await root.query('set local role migrating_owner');
      return (await root.query('select * from projects')).rows;
    });

  test('is bound by the floor', async () => {
    expect(await sqlState(asOwner('app, migrating_owner'))).toBe('22P02');
  });

  test('would read everything without it', async () => {
    expect(await asOwner('app')).toHaveLength(4);
  });

  test('is named in the floor of every table, as the login that migrates', async () => {
    const { rows } = await root.query(`
      select tablename, roles @> array[tableowner] and roles @> '{app}' and cardinality(roles) = 2 as bound
      from pg_policies join pg_tables using (schemaname, tablename)
      where policyname like '%tenant_floor%' order by 1`);
    expect(rows.length).toBe(8);
    expect(rows.filter(({ bound }) => !bound)).toEqual([]);
  });
});

describe('the system role', () => {
  test('bypasses nothing: a policy lets it through', async () => {
    const { rows } = await root.query(
      "select rolsuper or rolbypassrls as bypasses from pg_roles where rolname in ('app', 'system')",
    );
    expect(rows).toEqual([{ bypasses: false }, { bypasses: false }]);
    const read = () => asSystem(root, () => root.query('select * from projects'));
    expect((await read()).rows).toHaveLength(4);
    await undone(root, async () => {
      await root.query('drop policy projects_system_access on projects');
      await root.query("select set_config('role', 'system', true)");
      expect((await root.query('select * from projects')).rows).toHaveLength(0); // the control
    });
  });

  test('lets nobody else through: a role that may read the table sees no row', async () => {
    await undone(root, async () => {
      await root.query('create role reports; grant select on projects to reports');
      await root.query('set local role reports');
      expect((await root.query('select * from projects')).rows).toHaveLength(0);
    });
  });
});

describe('tables without a tenant column', () => {
  test('a child is reached through its parent only', async () => {
    const body = "insert into notes (project_id, body) values ($1, 'x')";
    expect(await sqlState(asAcme(() => rows(body, [globex.project])))).toBe('42501');
    expect(
      await sqlState(asAcme(() => rows('update notes set project_id = $1', [globex.project]))),
    ).toBe('42501');
    await undone(app, async () => {
      await setContext(app, asTenant(acme.id));
      expect((await app.query(body, [acme.project])).rowCount).toBe(1);
      expect((await app.query('delete from notes')).rowCount).toBe(2);
    });
  });

  test('a child stays isolated when the policies of its parent or link are switched off', async () => {
    await undone(root, async () => {
      await root.query(
        'alter table projects disable row level security; alter table memberships disable row level security',
      );
      await setContext(root, asTenant(acme.id));
      expect((await root.query('select body from notes')).rows).toEqual([{ body: 'acme' }]);
      expect((await root.query('select email from users')).rows).toEqual([
        { email: 'acme@example.com' },
      ]);
    });
  });

  test('users are seen by the tenants that they are members of, and written by none', async () => {
    expect(await asAcme(() => rows('select email from users'))).toEqual([
      { email: 'acme@example.com' },
    ]);
    expect(await sqlState(asAcme(() => rows("insert into users (email) values ('x')")))).toBe(
      '42501',
    );
    expect(await sqlState(asAcme(() => rows("update users set email = 'x'")))).toBe('42501');
    expect(await sqlState(asAcme(() => rows('delete from users')))).toBe('42501');
  });

  test('shared tables are read by every tenant and written by the system role', async () => {
    expect(await asAcme(() => rows('select id from plans order by 1'))).toEqual([
      { id: 'free' },
      { id: 'pro' },
    ]);
    for (const text of [
      "insert into plans values ('x', 1)",
      'update plans set price = 0',
      'delete from plans',
    ]) {
      expect(await sqlState(asAcme(() => rows(text)))).toBe('42501');
    }
    await asSystem(app, () => app.query("update plans set price = 30 where id = 'pro'"));
  });

  test('system tables are out of reach', async () => {
    expect(await sqlState(asAcme(() => rows('select * from webhook_events')))).toBe('42501');
    expect(await asSystem(app, () => rows('select id from webhook_events'))).toEqual([
      { id: 'evt_1' },
    ]);
  });

  test('a tenant changes its own row of the table of tenants and never deletes it', async () => {
    const renamed = await asAcme(() =>
      rows("update organizations set name = 'Acme' returning slug"),
    );
    expect(renamed).toEqual([{ slug: 'acme' }]);
    expect(await sqlState(asAcme(() => rows('delete from organizations')))).toBe('42501');
  });

  test('a new tenant is made in its own scope', async () => {
    const id = '00000000-0000-4000-8000-000000000099';
    const created = await inContext(app, asTenant(id), () =>
      rows("insert into organizations (id, name, slug) values ($1, 'New', 'new') returning name", [
        id,
      ]),
    );
    expect(created).toEqual([{ name: 'New' }]);
    await asSystem(app, () => rows('delete from organizations where id = $1', [id]));
  });
});
