import { describe, expect, test } from 'vitest';
import { fixture } from './support/fixture.ts';
import { asTenant, setContext, undone } from './support/scope.ts';
import { acme } from './support/seed.ts';

const { root } = await fixture();

// 100 tenants of 200 rows, so that the planner has a reason to use an index.
await root.query(`
  insert into organizations (id, name, slug) select gen_random_uuid(), 'o', 'o' || i from generate_series(1, 100) i;
  insert into projects (organization_id, id, name)
    select o.id, gen_random_uuid(), 'p' from organizations o, generate_series(1, 200);
  insert into invoices (organization_id, total) select o.id, 1 from organizations o, generate_series(1, 200);
  insert into tasks (organization_id, project_id, title) select organization_id, id, 't' from projects;
  analyze;
`);

async function plan(text: string, values: readonly unknown[] = []): Promise<string> {
  return undone(root, async () => {
    await setContext(root, asTenant(acme.id));
    // Few rows: the planner would take a sequential scan where the index is only slightly better.
    await root.query('set local enable_seqscan = off');
    const { rows } = await root.query(`explain (costs off) ${text}`, [...values]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
}

// `$0` up to PostgreSQL 17, `(InitPlan 1).col1` from 18 on.
const initPlan = String.raw`(?:\$\d+|\(InitPlan \d+\)\.col1)`;

describe('the tenant is an InitPlan, evaluated once a statement, and an index condition', () => {
  test.each([
    ['a list', 'select * from projects', 'projects_pkey'],
    ['a point read', `select * from projects where id = '${acme.project}'`, 'projects_pkey'],
    ['an update', "update projects set name = 'x'", 'projects_pkey'],
    ['a delete', 'delete from projects', 'projects_pkey'],
    ['a table that keeps its own key', 'select * from invoices', 'invoices_organization_id_id_key'],
    ['the table of tenants', 'select * from organizations', 'organizations_pkey'],
    [
      'a child by its reference',
      `select * from tasks where project_id = '${acme.project}'`,
      'tasks_project_id_idx',
    ],
  ])('%s', async (_, text, index) => {
    const shape = await plan(text);
    expect(shape).toMatch(/InitPlan 1/);
    expect(shape).toMatch(`${index}`);
    expect(shape).toMatch(new RegExp(`Index Cond: .*${initPlan}`));
    expect(shape).not.toMatch(/Filter: .*current_(?:tenant|setting)/);
  });

  test('the function is never called a row: no plan node filters by it', async () => {
    const shape = await plan('select count(*) from projects p join tasks t on t.project_id = p.id');
    expect(shape).not.toMatch(/(?:Filter|Cond): .*current_(?:tenant|setting)/);
  });
});

test('without the sub-select it would be called for each row: the control', async () => {
  await undone(root, async () => {
    await root.query('drop policy projects_tenant_floor on projects');
    await root.query(
      'alter policy projects_tenant_isolation on projects using (organization_id = tenantry.current_tenant())',
    );
    await setContext(root, asTenant(acme.id));
    await root.query(
      'set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off',
    );
    const { rows } = await root.query('explain (costs off) select * from projects');
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Filter: .*current_tenant\(\)/);
  });
});

test('a deletion of a referenced row finds its references by an index', async () => {
  const { rows } = await root.query(`
    select c.conrelid::regclass::text "table", c.conname from pg_constraint c
    where c.contype = 'f' and not exists (
      select from pg_index i where i.indrelid = c.conrelid
        and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
    order by 1`);
  expect(rows).toEqual([]);
});
