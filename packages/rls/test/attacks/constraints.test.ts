import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.ts';
import { asSystem, asTenant, inContext, setContext, sqlState, undone } from '../support/scope.ts';
import { acme, globex } from '../support/seed.ts';

const { root, app } = await fixture();
const asAcme = <R>(fn: () => Promise<R>) => inContext(app, asTenant(acme.id), fn);
const tenantsOf = async (text: string) =>
  (await root.query(`select organization_id from ${text} order by 1`)).rows.map(
    (row) => row.organization_id,
  );

describe('a foreign key', () => {
  test.each([
    [
      'written by drizzle-kit',
      `insert into tasks (project_id, title) values ('${globex.project}', 'x')`,
    ],
    [
      'to the table itself',
      `insert into tasks (project_id, parent_id, title) values ('${acme.project}', '${globex.task}', 'x')`,
    ],
    [
      'that clears its column',
      `insert into tasks (project_id, related_project_id, title) values ('${acme.project}', '${globex.project}', 'x')`,
    ],
    ['changed later', `update tasks set related_project_id = '${globex.project}'`],
  ])('%s does not reach a row of another tenant', async (_, text) => {
    expect(await sqlState(asAcme(() => app.query(text)))).toBe('23503');
  });

  test('to a table that keeps its id-only key does not reach a row of another tenant', async () => {
    const { rows } = await root.query('select id from invoices where organization_id = $1', [
      globex.id,
    ]);
    const insert = "insert into invoice_lines (invoice_id, text) values ($1, 'x')";
    expect(await sqlState(asAcme(() => app.query(insert, [rows[0].id])))).toBe('23503');
  });

  test('to the same id in two tenants cascades within one of them', async () => {
    await undone(root, async () => {
      await root.query('insert into projects (organization_id, id, name) values ($1, $2, $3)', [
        globex.id,
        acme.project,
        'twin',
      ]);
      await root.query(
        'insert into tasks (organization_id, project_id, title) values ($1, $2, $3)',
        [globex.id, acme.project, 'twin'],
      );
      await setContext(root, asTenant(acme.id));
      expect(
        (await root.query('delete from projects where id = $1', [acme.project])).rowCount,
      ).toBe(1);
      await root.query('reset role');
      expect(await tenantsOf('tasks')).toEqual([globex.id, globex.id]);
    });
  });

  test('that clears its column leaves the tenant in place', async () => {
    await undone(root, async () => {
      await root.query(
        "insert into projects (organization_id, id, name) values ($1, gen_random_uuid(), 'related')",
        [acme.id],
      );
      await root.query(
        "update tasks set related_project_id = (select id from projects where name = 'related') where organization_id = $1",
        [acme.id],
      );
      await setContext(root, asTenant(acme.id));
      await root.query("delete from projects where name = 'related'");
      const { rows } = await root.query(
        'select organization_id, project_id, related_project_id from tasks',
      );
      expect(rows).toEqual([
        { organization_id: acme.id, project_id: acme.project, related_project_id: null },
      ]);
    });
  });

  test('of which only the column and not the tenant is cleared is what keeps it working: the control', async () => {
    await undone(root, async () => {
      await root.query('alter table tasks drop constraint tasks_related_project_id_fk');
      await root.query(
        'alter table tasks add foreign key (organization_id, related_project_id) references projects (organization_id, id) on delete set null',
      );
      await root.query(
        "insert into projects (organization_id, id, name) values ($1, gen_random_uuid(), 'related')",
        [acme.id],
      );
      await root.query(
        "update tasks set related_project_id = (select id from projects where name = 'related') where organization_id = $1",
        [acme.id],
      );
      expect(await sqlState(root.query("delete from projects where name = 'related'"))).not.toBe(
        'none',
      );
    });
  });
});

test('a key is no oracle: the id of another tenant can be taken', async () => {
  await undone(app, async () => {
    await setContext(app, asTenant(acme.id));
    const insert = 'insert into projects (id, name) values ($1, $2)';
    expect((await app.query(insert, [globex.project, 'same id'])).rowCount).toBe(1);
  });
});

test('deleting a tenant takes its rows and no others', async () => {
  await undone(app, async () => {
    await app.query("select set_config('role', 'system', true)");
    expect((await app.query('delete from organizations where id = $1', [acme.id])).rowCount).toBe(
      1,
    );
    const left = await app.query(
      'select organization_id from projects union all select organization_id from tasks',
    );
    expect(new Set(left.rows.map((row) => row.organization_id))).toEqual(new Set([globex.id]));
  });
});

test('the system role crosses tenants, on purpose', async () => {
  const { rows } = await asSystem(app, () =>
    app.query('select distinct organization_id from projects'),
  );
  expect(rows).toHaveLength(2);
});
