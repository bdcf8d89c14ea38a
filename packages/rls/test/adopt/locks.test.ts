import { defineTenancy } from '@tenantry/core';
import { adopt, planAdoption, readFacts, stepBack } from '@tenantry/rls/adopt';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { databaseOf, people } from './people.ts';
import { counting, more, readSoFar } from './row-counts.ts';
import { organizationsSql, seed, tablesSql } from './single-user.ts';
import { connected, edited, planFor, rows, tenancy } from './support.ts';

test('no row is looked at under a lock, on the way there and back', async () => {
  const { url } = await testDatabase();
  const root = await connected(url);
  await root.query(tablesSql);
  await seed(root, { users: 10, tasks: 3000 });
  await root.query(organizationsSql);
  await root.query(
    'create policy own on projects using (true); create view open_tasks as select * from tasks',
  );
  // the count sees what a lock would be held for
  await root.query('begin; alter table tasks alter column title drop not null');
  const before = await readSoFar(root);
  await root.query('alter table tasks alter column title set not null');
  expect(more(await readSoFar(root), before)).toEqual([{ table: 'tasks', rows: 3000 }]);
  await root.query('rollback');

  const plan = edited(await planFor(root), { 'public.projects': { policies: 'replace' } });
  const there = counting(root);
  expect((await adopt(there, tenancy, plan, { enforce: true })).findings).toEqual([]);
  expect(there.found.locks).toBeGreaterThan(60);
  expect(there.found.read).toEqual([]);
  const back = counting(root);
  while ((await stepBack(back, tenancy)) !== undefined);
  expect(back.found.locks).toBeGreaterThan(30);
  expect(back.found.read).toEqual([]);
});

test('a batch that takes long is ended and tried with fewer blocks, down to one', async () => {
  const { root } = await databaseOf(
    people(
      'uuid default gen_random_uuid()',
      `create table notes (id bigint primary key, user_id bigint not null, body text not null);
      insert into users values (1); insert into orgs default values; insert into members select id, 1 from orgs;
      insert into notes select n, 1, repeat('x', 1900) from generate_series(1, 40) n;
      create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.03); return new; end $$;
      create trigger slow before update on notes for each row execute function slow();`,
    ),
  );
  const own = defineTenancy({ tenant: 'org', id: 'uuid' });
  const plan = edited(planAdoption(await readFacts(root, 'app'), own), {
    'public.notes': { triggers: 'fire' },
  });
  const { findings, retries } = await adopt(root, own, plan);
  expect({ findings, retries }).toEqual({ findings: [], retries: 2 });
  expect(await rows(root, 'select from notes where org_id is null')).toEqual([]);
});
