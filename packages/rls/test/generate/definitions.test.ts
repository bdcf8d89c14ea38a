import { compareDefinitions, readDefinitions } from '@tenantry/rls/generate';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { application } from '../fixtures/application.ts';

const content = {
  key: 'rls-catalogue',
  migrate: async (url: string) => {
    await applySchema(url, application);
  },
};
const [first, second] = [await testDatabase(content), await testDatabase(content)] as const;
const read = (url: string) => withClient(url, (client) => readDefinitions(client));

test('two databases of one schema are alike', async () => {
  expect(compareDefinitions(await read(first.url), await read(second.url))).toEqual([]);
});

test.each([
  [
    'alter policy projects_tenant_floor on projects using (true)',
    'policy projects_tenant_floor of public.projects',
  ],
  [
    'drop policy projects_tenant_floor on projects',
    'policy projects_tenant_floor of public.projects',
  ],
  ['alter table projects no force row level security', 'table public.projects'],
  [
    'alter table projects disable trigger "0_tenantry_refuse_column_change"',
    'trigger "0_tenantry_refuse_column_change" of public.projects',
  ],
  ['grant truncate on projects to app', 'rights of app on table public.projects'],
  [
    'revoke update (organization_id) on projects from app',
    'rights of app on column public.projects.organization_id',
  ],
  ['grant select on projects to public', 'rights of public on table public.projects'],
  [
    'grant execute on function tenantry.refuse_column_change() to app',
    'rights of app on function tenantry.refuse_column_change()',
  ],
  [
    'alter function tenantry.enter(text, text, text, text) owner to app',
    'function tenantry.enter(by text, claim text, user_id text, on_behalf_of text)',
  ],
  [
    'alter table projects alter organization_id drop default',
    'column public.projects.organization_id',
  ],
  [
    'alter table tasks drop constraint tasks_project_id_fk',
    'foreign key tasks_project_id_fk of public.tasks',
  ],
  ['drop index tasks_project_id_idx', 'index public.tasks_project_id_idx'],
  ['alter table tasks add column x integer', 'column public.tasks.x'],
  [
    'create function tenantry.more() returns int language sql as $$ select 1 $$',
    'function tenantry.more()',
  ],
  ['grant create on schema tenantry to app', 'rights of app on schema tenantry'],
])('%s is a difference', async (change, object) => {
  const before = await read(second.url);
  await withClient(second.url, async (client) => {
    await client.query('begin');
    await client.query(change);
    // in the same transaction, which is then left
    const after = await readDefinitions({
      query: (config: never) =>
        /^(begin|rollback)/.test(String(config))
          ? Promise.resolve({ rows: [] })
          : client.query(config),
    } as never);
    await client.query('rollback');
    expect(compareDefinitions(before, after).map((each) => each.object)).toContain(object);
  });
});

test('a table that a migration has partitioned is like the one of the schema', async () => {
  const [parted, plain] = [await testDatabase(), await testDatabase()];
  const make = (url: string, partitioned: boolean) =>
    withClient(url, (client) =>
      client.query(
        `create table events (id int not null, tenant int not null, primary key (tenant, id)) ${partitioned ? 'partition by hash (tenant)' : ''};
        ${partitioned ? 'create table events_0 partition of events for values with (modulus 1, remainder 0);' : ''}
        create index events_id_idx on events (id)`,
      ),
    );
  await make(parted.url, true);
  await make(plain.url, false);
  expect(compareDefinitions(await read(parted.url), await read(plain.url))).toEqual([]);
});
