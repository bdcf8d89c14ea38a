import { defineTenancy } from '@tenantry/core';
import { adopt, planAdoption, readFacts } from '@tenantry/rls/adopt';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { databaseOf, nothing, people } from './people.ts';
import { connected, failed, ownerOf, rows } from './support.ts';

// Applications with row-level security of their own, which they force on the owner.

test('an application that forces policies of its own on the owner', async () => {
  const { url } = await testDatabase();
  const root = await connected(url);
  const login = await ownerOf(root, url);
  const owner = await connected(login.url);
  await owner.query(
    people(
      'uuid default gen_random_uuid()',
      `create table notes (id bigint primary key, user_id bigint not null);
      insert into users values (1), (2); insert into orgs default values; insert into members select id, 1 from orgs;
      insert into notes select i, 1 from generate_series(1, 50) i; insert into notes values (99, 2);
      alter table notes enable row level security, force row level security;
      create policy mine on notes using (user_id::text = current_setting('my.user', true));`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const plan = planAdoption(await readFacts(owner, 'app'), tenancy);
  expect((await adopt(owner, tenancy, plan)).findings).toMatchObject([
    { code: 'ADOPT_OWNER_WITHOUT_TENANT', table: 'public.notes', rows: 1, keys: [{ id: 99 }] },
  ]);
  await root.query('delete from notes where id = 99');
  expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
  expect(await rows(root, 'select count(*)::int n from notes where org_id is not null')).toEqual([
    { n: 50 },
  ]);
});

test('FORCE of the application is not taken for ours', async () => {
  const { root } = await databaseOf(
    people(
      'text',
      `create table notes (id bigint primary key, user_id bigint not null);
      insert into orgs values (''), ('fine');
      alter table orgs enable row level security, force row level security;
      create policy mine on orgs using (true);
      alter table notes enable row level security, force row level security;
      create policy notes_tenant_isolation on notes using (true);
      create policy notes_system_access on notes using (true);`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'text' });
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  const taken = await failed(adopt(root, tenancy, plan));
  expect(taken.code).toBe('ADOPT_BLOCKED');
  expect(taken.message).toContain('public.notes: its policy notes_tenant_isolation has a name');
  expect(taken.message).toContain('public.notes: its policy notes_system_access has a name');
  await root.query(`alter policy notes_tenant_isolation on notes rename to mine;
    alter policy notes_system_access on notes rename to too`);
  const empty = await failed(adopt(root, tenancy, plan));
  expect(empty.code).toBe('ADOPT_TENANT_ID_INVALID');
  expect(empty.message).toContain('a row has in id ""');
  await nothing(root);
});

test('tenants whom a policy of the application hides from the login', async () => {
  const { url } = await testDatabase();
  const root = await connected(url);
  const login = await ownerOf(root, url);
  const owner = await connected(login.url);
  await owner.query(
    people(
      'text',
      `create table notes (id bigint primary key, user_id bigint not null);
      insert into orgs values (''), ('fine'); insert into users values (1);
      insert into members values ('fine', 1);
      insert into notes select i, 1 from generate_series(1, 5) i;
      alter table orgs enable row level security, force row level security;
      create policy mine on orgs using (id = current_setting('my.org', true));
      alter table notes enable row level security, force row level security;
      create policy mine on notes using (user_id::text = current_setting('my.user', true));`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'text' });
  const plan = planAdoption(await readFacts(owner, 'app'), tenancy);
  const orgs = plan.tables.find(({ table }) => table === 'public.orgs');
  expect(orgs?.inTheWay).toEqual(
    expect.arrayContaining([expect.stringMatching(/^stops: .*row-level security/)]),
  );
  const refused = await failed(adopt(owner, tenancy, plan));
  expect(refused.code).toBe('ADOPT_BLOCKED');
  expect(refused.message).toContain(
    `public.orgs: its row-level security binds the login ${login.name}`,
  );
  const [, fix = ''] = /(alter table \S+ no force row level security)/.exec(refused.message) ?? [];
  await nothing(root);
  await owner.query(fix);
  expect((await failed(adopt(owner, tenancy, plan))).code).toBe('ADOPT_TENANT_ID_INVALID');
  await owner.query("delete from orgs where id = ''");
  expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
  expect(await rows(root, 'select distinct org_id from notes')).toEqual([{ org_id: 'fine' }]);
  // what is enforced is ours, and the next run does not stop there
  expect((await adopt(owner, tenancy, plan, { enforce: true })).steps).toEqual([]);
});
