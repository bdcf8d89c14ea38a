import Cursor from 'pg-cursor';
import { describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// What docs/concepts/witness.md says that the witness sees, and what it does not, without any policy.

const database = await coreDatabase();
await database.ask(`
  alter table projects disable row level security;
  create view same_name as select organization_id, name from projects;
  create view invoker with (security_invoker) as select organization_id, name from projects;
  create view renamed as select organization_id as owner, name from projects;
  create view computed as select organization_id::text as organization_id, name from projects;
  create materialized view kept as select organization_id, name from projects;
  create table parts (organization_id uuid, n integer) partition by list (n);
  create table parts_1 partition of parts for values in (1);
  insert into parts values ('${globex}', 1);
  create table parent (organization_id uuid, n integer);
  create table child () inherits (parent);
  insert into child values ('${globex}', 1);
  create table copies (id integer, copy_of uuid);
  insert into copies values (1, '${globex}');
  create function all_projects() returns setof projects language sql as 'select * from projects';
  grant select on same_name, invoker, renamed, computed, kept, parts, parts_1, parent, child, copies to app`);

const pool = database.pool({ max: 1, accept: ['table-not-isolated'] });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
const ask = (text: string) => () => pool.query(text);
const inTransaction =
  (...texts: string[]) =>
  () =>
    pool.transaction(async (tx) => {
      for (const text of texts) await tx.query(text);
    });

const seen: Record<string, (of: TenantPool) => Promise<unknown>> = {
  'select *': ask('select * from projects'),
  'another name': ask('select p.organization_id as "whose" from projects p'),
  'a column twice': ask('select 1 as organization_id, organization_id from projects'),
  'a sub-select': ask('select * from (select organization_id as o from projects) s'),
  'a common table expression': ask('with p as (select * from projects) select * from p'),
  'a materialized one': ask('with p as materialized (select * from projects) select * from p'),
  'a data-modifying one': ask(
    'with p as (update projects set stars = stars returning *) select * from p',
  ),
  'a join using': ask('select * from projects left join memberships using (organization_id)'),
  'a lateral join': ask(
    'select l.* from memberships m, lateral (select * from projects) l limit 50',
  ),
  'distinct on': ask('select distinct on (organization_id) * from projects'),
  'group by': ask('select organization_id, count(*) from projects group by 1'),
  'grouping sets': ask('select organization_id, count(*) from projects group by rollup (1)'),
  'a window': ask('select organization_id, row_number() over () from projects'),
  'order, limit, offset': ask('select * from projects order by name desc limit 2 offset 0'),
  'for update': ask('select * from projects for update'),
  'the table command': ask('table projects'),
  'update returning': ask('update projects set stars = stars returning *'),
  'delete returning': ask(`delete from projects where name = 'Reactor' returning organization_id`),
  'insert returning': ask(
    `insert into projects (organization_id, name) values ('${globex}', 'x') returning *`,
  ),
  'insert on conflict returning': ask(
    `insert into projects (organization_id, name) values ('${globex}', 'Reactor')
     on conflict (organization_id, name) do update set stars = 0 returning *`,
  ),
  'declare and fetch': inTransaction(
    'declare c cursor for select * from projects',
    'fetch all from c',
  ),
  'fetch backward': inTransaction(
    'declare c scroll cursor for select * from projects',
    'move all from c',
    'fetch backward all from c',
  ),
  'a view': ask('select * from same_name'),
  'a view with security_invoker': ask('select * from invoker'),
  'a materialized view': ask('select * from kept'),
  'a view that computes a column of that name': ask('select * from computed'),
  'a field of a whole row': ask('select (p).organization_id from projects p offset 0'),
  'a partitioned table': ask('select * from parts'),
  'a partition': ask('select * from parts_1'),
  'a table and those that inherit': ask('select * from parent'),
  'a table that inherits': ask('select * from child'),
  'the second portion of a cursor': async (of) => {
    const cursor = of.query(
      new Cursor('select * from projects order by organization_id <> $1, name', [acme]),
    );
    expect(await cursor.read(2)).toHaveLength(2);
    await cursor.read(2);
  },
  'a batch': (of) => of.batch(() => [of.query('select 1'), of.query('select * from projects')]),
};

const unseen: Record<string, (of: TenantPool) => Promise<unknown>> = {
  'no tenant column': ask('select name from projects'),
  'a cast': ask('select organization_id::text as organization_id from projects'),
  coalesce: ask('select coalesce(organization_id) as organization_id from projects'),
  'an aggregate': ask('select array_agg(organization_id) from projects'),
  'a whole row': ask('select p from projects p'),
  json: ask('select to_jsonb(p) from projects p'),
  'a full join using': ask(
    'select organization_id from projects full join memberships using (organization_id)',
  ),
  'a scalar sub-select': ask(
    'select (select organization_id from projects order by name desc limit 1)',
  ),
  union: ask('select organization_id from projects union all select organization_id from projects'),
  'a function': ask('select * from all_projects()'),
  values: ask(`values ('${globex}'::uuid)`),
  'a view that renames': ask('select * from renamed'),
  'a column that holds a copy': ask('select copy_of from copies'),
  'a write without returning': ask('update projects set stars = stars'),
  exists: ask(`select exists (select from projects where name = 'Reactor')`),
};

describe('sees a foreign row in', () => {
  test.each(Object.entries(seen))('%s', async (_, run) => {
    expect(await failure(inAcme(() => run(pool)))).toMatchObject({ code: 'TENANT_ROW_FOREIGN' });
  });
});

describe('does not see one in', () => {
  test.each(Object.entries(unseen))('%s', async (_, run) => {
    await inAcme(() => run(pool));
  });
});
