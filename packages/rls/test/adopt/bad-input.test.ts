import { defineTenancy } from '@tenantry/core';
import { adopt, checkPlan, planAdoption, readFacts, readPlan } from '@tenantry/rls/adopt';
import { expect, test } from 'vitest';
import { testLogin } from '../support/login.ts';
import { databaseOf, nothing, people } from './people.ts';
import { connected, edited, failed, rows } from './support.ts';

// What nobody hopes for: each is a code with table and row, and nothing is half-done.

test('tenants whose ids no scope takes', async () => {
  for (const [kind, type, ids, found] of [
    [
      'text',
      'text',
      "(''), ('org:1'), (repeat('x', 129)), ('fine')",
      /3 rows have in id "", "org:1"/,
    ],
    ['text', 'char(26)', "('01ARZ3NDEKTSV4RRFFQ69G5FAV'), ('Ünder')", /a row has in id "Ünder/],
    ['integer', 'bigint', '(1), (9007199254740993)', /a row has in id "9007199254740993"/],
    ['integer', 'bigint', '(0), (-2147483649)', /a row has in id "-2147483649"/],
  ] as const) {
    const { root } = await databaseOf(people(type, `insert into orgs values ${ids};`));
    const tenancy = defineTenancy({ tenant: 'org', id: kind });
    const plan = planAdoption(await readFacts(root, 'app'), tenancy);
    const error = await failed(adopt(root, tenancy, plan));
    expect({ kind, code: error.code }).toEqual({ kind, code: 'ADOPT_TENANT_ID_INVALID' });
    expect(error.message).toMatch(found);
    await nothing(root);
  }
});

test('ids beyond 2^53 are named exactly', async () => {
  const { root } = await databaseOf(
    people(
      'bigint',
      `create table notes (id bigint primary key, user_id bigint not null);
       insert into orgs values (9007199254740993); insert into users values (1), (2);
       insert into members values (9007199254740993, 1);
       insert into notes values (9007199254740993, 2), (9007199254740994, 1), (7, 2);`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'bigint' });
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  expect(() =>
    readPlan(
      JSON.stringify(plan).replace(
        '{"from":"owner","column":"user_id"}',
        '{"from":"tenant","id":9007199254740993}',
      ),
    ),
  ).toThrow('fill of public.notes.id, which is no text');
  const { findings } = await adopt(root, tenancy, plan);
  expect(findings).toMatchObject([
    {
      code: 'ADOPT_OWNER_WITHOUT_TENANT',
      table: 'public.notes',
      rows: 2,
      keys: [{ id: '9007199254740993' }, { id: 7 }],
    },
  ]);
  expect(
    await rows(root, 'select org_id::text as of from notes where id = 9007199254740994'),
  ).toEqual([{ of: '9007199254740993' }]);
});

test('a plan in which tables are two things', async () => {
  const { root } = await databaseOf(people('uuid', 'create table plans (id uuid primary key);'));
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const facts = await readFacts(root, 'app');
  const plan = planAdoption(facts, tenancy);
  for (const [changes, found] of [
    [
      { 'public.plans': { is: 'tenants', column: 'id' } },
      "public.plans: `is` is 'tenants', but `tenants` of the plan names public.orgs; give it another",
    ],
    [
      { 'public.orgs': { is: 'shared' } },
      "public.orgs: `is` is 'shared', but it holds the tenants; set `is` to 'tenants'",
    ],
    [
      { 'public.members': { is: 'system' } },
      "public.members: `is` is 'system', but it holds the memberships, each of which belongs to a tenant; set `is` to 'isolated'",
    ],
  ] as const)
    expect(() => checkPlan(edited(plan, changes), facts, tenancy)).toThrow(found);
});

test('a login that is no member of roles which somebody else made', async () => {
  const { url, root } = await databaseOf(people('uuid'));
  const tenancy = defineTenancy({
    tenant: 'org',
    id: 'uuid',
    roles: { app: 'console_app', system: 'console_system' },
  });
  for (const role of ['console_app', 'console_system'])
    await root.query(
      `do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
    );
  const login = await testLogin(url, [], 'inherit');
  await root.query(
    `alter database ${new URL(url).pathname.slice(1)} owner to ${login.name}; alter schema public owner to ${login.name}`,
  );
  for (const table of ['users', 'orgs', 'members'])
    await root.query(`alter table ${table} owner to ${login.name}`);
  const owner = await connected(login.url);
  const plan = planAdoption(await readFacts(owner, 'console_app'), tenancy);
  const refused = await failed(adopt(owner, tenancy, plan));
  expect(refused.code).toBe('ADOPT_ROLE_NOT_GRANTED');
  const [, grant = ''] = /(grant console_app to \S+?(?: with [^;]+)?;)/.exec(refused.message) ?? [];
  await nothing(root);
  await root.query(grant);
  const second = await failed(adopt(owner, tenancy, plan));
  const [, other = ''] =
    /(grant console_system to \S+?(?: with [^;]+)?;)/.exec(second.message) ?? [];
  await root.query(other);
  expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
});

test('a statement that the server refuses is named with table and step', async () => {
  const { root } = await databaseOf(
    people(
      'uuid',
      `create table notes (id bigint primary key, user_id bigint not null);
      create function no() returns event_trigger language plpgsql as $$ begin
        if exists (select from pg_event_trigger_ddl_commands() where object_identity = 'public.notes') then raise exception 'frozen'; end if; end $$;
      create event trigger frozen on ddl_command_end when tag in ('ALTER TABLE') execute function no();`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  const error = await failed(adopt(root, tenancy, plan));
  expect(error.code).toBe('ADOPT_STEP_FAILED');
  expect(error.message).toContain('public.notes, column: frozen (P0001)');
  await root.query('drop event trigger frozen');
  expect((await adopt(root, tenancy, plan, { enforce: true })).findings).toEqual([]);
});

test('a limit that the login has for its statements ends nothing that takes long', async () => {
  const { url } = await databaseOf(
    people(
      'uuid',
      `create table notes (id bigint primary key, user_id bigint not null);
      create table marks (id bigint primary key, note_id bigint not null references notes (id));`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const limited = new URL(url);
  limited.searchParams.set('options', '-c statement_timeout=10min');
  const root = await connected(limited.href);
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  const limits: unknown[] = [];
  const watched = {
    async query(text: string, values?: unknown[]) {
      if (
        /^\s*(create .*concurrently|alter table .* validate|with crossing|select exists)/.test(text)
      )
        limits.push(...(await root.query('show statement_timeout')).rows);
      return values === undefined ? root.query(text) : root.query(text, values);
    },
  };
  expect((await adopt(watched, tenancy, plan)).findings).toEqual([]);
  expect(limits.length).toBeGreaterThan(8);
  expect(new Set(limits.map((each) => JSON.stringify(each)))).toEqual(
    new Set(['{"statement_timeout":"0"}']),
  );
  expect((await root.query('show statement_timeout')).rows).toEqual([
    { statement_timeout: '10min' },
  ]);
});

test('a row that somebody holds does not hold adoption up for ever', async () => {
  const { url, root } = await databaseOf(
    people(
      'uuid default gen_random_uuid()',
      `create table notes (id bigint primary key, user_id bigint not null);
      insert into users values (1); insert into orgs default values; insert into members select id, 1 from orgs;
      insert into notes values (1, 1), (2, 1);`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  const holder = await connected(url);
  // the column comes first, which needs a lock that the holder would keep away
  const ending = new AbortController();
  const onStep = ({ table, step }: { table: string; step: string }) => {
    if (table === 'public.notes' && step === 'column') ending.abort();
  };
  await adopt(root, tenancy, plan, { signal: ending.signal, onStep }).catch(() => {});
  await holder.query('begin; select from notes where id = 2 for update');
  const error = await failed(adopt(root, tenancy, plan, { limits: { waitMs: 10, tries: 3 } }));
  expect(error.code).toBe('ADOPT_TABLE_BUSY');
  expect(error.message).toContain('public.notes: rows in the blocks 0 to 0');
  await holder.query('commit');
  expect((await adopt(root, tenancy, plan, { enforce: true })).findings).toEqual([]);
});

test('a key that is too long for an index with the tenant', async () => {
  const { root } = await databaseOf(
    people(
      'uuid default gen_random_uuid()',
      `create table pages (path text primary key, user_id bigint not null);
      insert into users values (1); insert into orgs default values; insert into members select id, 1 from orgs;
      insert into pages select 'p' || i, 1 from generate_series(1, 20) i;
      insert into pages values (repeat('long ', 20000), 1);
      insert into pages select string_agg(md5(random()::text), '') || repeat('x', 25), 1 from generate_series(1, 83) i;`,
    ),
  );
  const tenancy = defineTenancy({ tenant: 'org', id: 'uuid' });
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  const { findings } = await adopt(root, tenancy, plan);
  expect(findings).toMatchObject([
    {
      code: 'ADOPT_KEY_TOO_LONG',
      table: 'public.pages',
      rows: 1,
      found: expect.stringContaining('a value in path that does not fit into an index with org_id'),
    },
  ]);
  await root.query("update pages set path = 'short' where length(path) between 2000 and 3000");
  expect((await adopt(root, tenancy, plan, { enforce: true })).findings).toEqual([]);
});
