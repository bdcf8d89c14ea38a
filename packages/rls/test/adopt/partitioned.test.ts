import { createTenantPool } from '@tenantry/core';
import { adopt, readFacts, schemaLines, schemaOfPlan, stepBack } from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { readDefinitions } from '@tenantry/rls/generate';
import { expectIsolated } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { beforeAll, expect, test } from 'vitest';
import { testLogin } from '../support/login.ts';
import { counting } from './row-counts.ts';
import { codeOf, connected, planFor, rows, tenancy } from './support.ts';

// Events in partitions of partitions, files in partitions by hash, and what references both.

const tables = `
create table users (id uuid primary key default gen_random_uuid(), email text not null);
create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table memberships (organization_id uuid not null references organizations (id), user_id uuid not null references users (id), primary key (organization_id, user_id));
create table projects (id uuid primary key default gen_random_uuid(), user_id uuid not null references users (id));
create table events (
  id bigint generated always as identity, region text not null, happened_at timestamptz not null,
  project_id uuid not null references projects (id), name text not null default 'view',
  caused_by bigint, caused_in text, caused_at timestamptz,
  primary key (id, region, happened_at)) partition by list (region);
create table events_eu partition of events for values in ('eu') partition by range (happened_at);
create table events_eu_1 partition of events_eu for values from ('2026-01-01') to ('2026-02-01');
create table "events EU 2" partition of events_eu for values from ('2026-02-01') to ('2026-03-01');
create table events_us partition of events for values in ('us');
alter table events add constraint events_cause foreign key (caused_by, caused_in, caused_at) references events (id, region, happened_at);
create table reactions (id serial primary key, event_id bigint not null, event_region text not null, event_at timestamptz not null, kind text not null default 'like',
  constraint reactions_event foreign key (event_id, event_region, event_at) references events on delete cascade);
create table files (id uuid not null default gen_random_uuid() primary key, project_id uuid not null references projects (id), path text not null default '/') partition by hash (id);
create table files_0 partition of files for values with (modulus 2, remainder 0);
create table files_1 partition of files for values with (modulus 2, remainder 1);
create table shares (id serial primary key, file_id uuid references files (id) on delete set null, project_id uuid not null references projects (id));
insert into users (email) select 'u' || i from generate_series(1, 4) i;
insert into organizations (name) values ('a'), ('b');
insert into memberships select o.id, u.id from users u join organizations o on o.name = case when u.email < 'u3' then 'a' else 'b' end;
insert into projects (user_id) select id from users;
insert into events (region, happened_at, project_id)
  select case when i % 2 = 0 then 'eu' else 'us' end, timestamptz '2026-01-02' + i * interval '1 hour', id from projects, generate_series(1, 900) i;
update events e set caused_by = e.id, caused_in = e.region, caused_at = e.happened_at where id % 3 = 0;
insert into reactions (event_id, event_region, event_at) select id, region, happened_at from events where id % 2 = 0;
insert into files (project_id) select id from projects, generate_series(1, 20);
insert into shares (file_id, project_id) select id, project_id from files;
`;

const { url } = await testDatabase();
const root = await connected(url);
beforeAll(async () => {
  await root.query(tables);
});

const keys = (table: string) =>
  rows<{ def: string; validated: boolean }>(
    root,
    "select pg_get_constraintdef(oid) def, convalidated validated from pg_constraint where conrelid = $1::regclass and contype = 'f' and conparentid = 0 order by length(pg_get_constraintdef(oid)) desc",
    [table],
  );
const tenantKey = {
  def: 'FOREIGN KEY (organization_id) REFERENCES organizations(id)',
  validated: true,
};

test('references to partitioned tables carry the tenant, on each PostgreSQL', async () => {
  const plan = await planFor(root);
  const shown = async () => {
    const all = new Map(await readDefinitions(root));
    for (const title of [...all.keys()])
      if (/tenantry|role |schema /.test(title)) all.delete(title);
    return all;
  };
  const before = await shown();
  expect((await adopt(root, tenancy, plan, { enforce: true })).findings).toEqual([]);
  expect(await keys('reactions')).toEqual([
    {
      def: 'FOREIGN KEY (organization_id, event_id, event_region, event_at) REFERENCES events(organization_id, id, region, happened_at) ON DELETE CASCADE',
      validated: true,
    },
    tenantKey,
  ]);
  expect(await keys('shares')).toEqual([
    {
      def: 'FOREIGN KEY (organization_id, file_id) REFERENCES files(organization_id, id) ON DELETE SET NULL (file_id)',
      validated: true,
    },
    expect.objectContaining({ def: expect.stringContaining('REFERENCES projects') }),
    tenantKey,
  ]);
  expect((await keys('events')).map(({ def }) => def)).toEqual([
    'FOREIGN KEY (organization_id, caused_by, caused_in, caused_at) REFERENCES events(organization_id, id, region, happened_at)',
    'FOREIGN KEY (organization_id, project_id) REFERENCES projects(organization_id, id)',
    tenantKey.def,
  ]);
  expect(await rows(root, 'select 1 from pg_index where not indisvalid')).toEqual([]);

  const facts = await readFacts(root, 'app');
  const schema = schemaOfPlan(plan, facts, tenancy);
  const { findings } = await diagnose(root, { tenancy, schema });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const lines = Object.fromEntries(
    schemaLines(plan, facts, tenancy).map((each) => [each.table, each.lines.join('\n')]),
  );
  expect(lines.events).toContain(
    '...isolate(t, { key: false, unique: [t.id, t.region, t.happenedAt] })',
  );
  expect(lines.reactions).toContain(
    "...reference(t, { column: [t.eventId, t.eventRegion, t.eventAt], to: () => events, property: ['id', 'region', 'happenedAt'], onDelete: 'cascade' })",
  );
  const login = await testLogin(url, ['app', 'system']);
  const pool = createTenantPool(tenancy, {
    connectionString: login.url,
    accept: ['login-bypasses-rls'],
    logger: { warn() {} },
  });
  await expectIsolated({
    pool,
    tenancy,
    schema,
    disposable: true,
  });
  await pool.end();

  for (let step = await stepBack(root, tenancy); step !== undefined; )
    step = await stepBack(root, tenancy);
  expect(await shown()).toEqual(before);
  // the index of a partition that a killed run has left invalid is made anew
  const invalid = 'events_us_organization_id_id_region_happened_at_key';
  expect(
    await codeOf(root.query(`create unique index concurrently ${invalid} on events_us (region)`)),
  ).toBe('23505');
  const counted = counting(root);
  expect((await adopt(counted, tenancy, plan, { enforce: true })).findings).toEqual([]);
  // the keys of the partitions are taken over, so no row is looked at under a lock
  expect(counted.found.locks).toBeGreaterThan(60);
  expect(counted.found.read).toEqual([]);
  expect(await rows(root, 'select 1 from pg_index where not indisvalid')).toEqual([]);
});
