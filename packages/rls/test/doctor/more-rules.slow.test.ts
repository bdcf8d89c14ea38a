import { testDatabase } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { applySchema, withClient } from '../support/apply.ts';
import { anyServer, lines } from './support.ts';

const { tenancy } = schema;
const key = `more-rules-${tenancy.roles.app}`;
const role = (name: string) =>
  `do $$ begin create role ${name} nologin; exception when duplicate_object then null; end $$`;

/** What the SQL adds to the findings of a good schema. */
async function added(
  sql: string,
  declared = true,
): Promise<{ lines: string[]; severities: string[] }> {
  const { url } = await testDatabase({ key, migrate: (at) => applySchema(at, application) });
  return withClient(url, async (client) => {
    const options = declared
      ? { tenancy, schema, ignore: anyServer }
      : { role: 'app', tenantColumn: 'organization_id', ignore: anyServer };
    const before = new Set(lines(await diagnose(client, options)));
    await client.query(sql);
    const { findings } = await diagnose(client, options);
    const fresh = findings.filter(({ rule, object }) => !before.has(`${rule} ${object}`));
    return {
      lines: fresh.map(({ rule, object }) => `${rule} ${object}`),
      severities: fresh.map(({ severity }) => severity),
    };
  });
}

describe('roles besides the one that serves tenants', () => {
  test.each([
    ['TRUNCATE', 'grant truncate on projects to doctor_anon', 'dangerous-privilege projects'],
    [
      'all that a platform grants',
      'grant all on all tables in schema public to doctor_anon',
      'dangerous-privilege tasks',
    ],
    [
      'REFERENCES of a column',
      'grant references (id) on tasks to doctor_anon',
      'dangerous-privilege tasks',
    ],
    ['TRIGGER', 'grant trigger on notes to doctor_anon', 'dangerous-privilege notes'],
    [
      'by default',
      'alter default privileges in schema public grant all on tables to doctor_anon',
      'default-privileges role postgres',
    ],
    [
      'a partition, past the policies of its parent',
      "create table logs (organization_id uuid not null, at date) partition by range (at); create table logs_1 partition of logs for values from ('2030-01-01') to ('2031-01-01'); grant select on logs_1 to doctor_anon",
      'other-role-reaches logs_1',
    ],
    [
      'a table without row-level security',
      'create table exports (organization_id uuid not null); grant select on exports to doctor_anon',
      'other-role-reaches exports',
    ],
    [
      'a policy of its own that is open',
      'create table seats (organization_id uuid not null); alter table seats enable row level security, force row level security; grant insert on seats to doctor_anon; create policy mine on seats for insert to doctor_anon with check (true)',
      'other-role-reaches seats',
    ],
    [
      'a function with the rights of its owner',
      "create function all_tasks() returns bigint language sql security definer set search_path = pg_catalog, pg_temp as 'select count(*) from public.tasks'; revoke execute on function all_tasks() from public; grant execute on function all_tasks() to doctor_anon",
      'definer-function all_tasks()',
    ],
  ])('%s', async (_, sql, line) => {
    expect((await added(`${role('doctor_anon')}; ${sql}`)).lines).toContain(line);
  });

  test('is left alone where policies bind it, and when nothing was granted', async () => {
    const found = await added(
      `${role('doctor_anon')}; grant select, insert on projects, tasks to doctor_anon`,
    );
    expect(found.lines).toEqual([]);
  });
});

describe('what else opens or misleads:', () => {
  test.each([
    [
      'policy-restricts-nothing projects.p',
      'create policy p on projects as restrictive using (true)',
    ],
    ['policy-never-true projects.p', 'create policy p on projects for delete using (false)'],
    ['policy-never-true tasks.p', 'create policy p on tasks using (null::boolean)'],
    [
      'policy-volatile projects.p',
      'create policy p on projects as restrictive using (random() < 0.5)',
    ],
    [
      'policy-volatile projects.p',
      "create function public.odd() returns boolean language sql as 'select true'; create policy p on projects as restrictive using (public.odd())",
    ],
    [
      'policy-user-claim projects.p',
      "create policy p on projects as restrictive using (current_setting('request.jwt.claims', true)::json -> 'user_metadata' ->> 'role' = 'x')",
    ],
    [
      'policy-user-claim projects.p',
      "create schema auth; create function auth.email() returns text language sql stable as 'select null::text'; create policy p on projects as restrictive using (name = auth.email())",
    ],
    [
      'policy-setting-unqualified projects.p',
      "create policy p on projects as restrictive using (name = current_setting('tenant', true))",
    ],
    [
      'policy-duplicate projects.q',
      'create policy p on projects as restrictive using (name is not null); create policy q on projects as restrictive using (name is not null)',
    ],
    [
      'policy-missing-command organizations',
      'grant delete on organizations to app; alter policy organizations_tenant_isolation on organizations using (true); drop policy organizations_tenant_isolation on organizations; create policy r on organizations for select to app using (id = (select tenantry.current_tenant()))',
    ],
    [
      'view-reaches-further hooks',
      'create view hooks as select * from webhook_events; grant select on hooks to app',
    ],
    [
      'definer-trigger stamp()',
      'create function stamp() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin delete from public.notes; return null; end $$; create trigger s after insert on tasks for each statement execute function stamp()',
    ],
    [
      'reference-not-indexed tasks.author',
      'create table authors (id uuid primary key); alter table tasks add author uuid, add constraint author foreign key (author) references authors',
    ],
    ['references-in-array tasks.reviewer_ids', 'alter table tasks add reviewer_ids uuid[]'],
    [
      'unique-counts-deleted projects.names',
      'alter table projects add deleted_at timestamptz; create unique index names on projects (organization_id, lower(name))',
    ],
    [
      'sequence-readable counter',
      'create sequence counter; grant select on sequence counter to app',
    ],
    [
      'sequence-readable hooks_n_seq',
      'alter table webhook_events add n int generated by default as identity; alter sequence webhook_events_n_seq rename to hooks_n_seq; grant usage on sequence hooks_n_seq to app',
    ],
  ])('%s', async (line, sql) => {
    expect((await added(sql)).lines).toContain(line);
  });

  test('lists of other things, and names that only the living hold, are no news', async () => {
    const { lines } = await added(
      'alter table tasks add tags text[], add number int, add deleted_at timestamptz; create unique index living on tasks (organization_id, title) where deleted_at is null; create unique index numbers on tasks (organization_id, number)',
    );
    expect(lines).toEqual(['schema-drift tasks']);
  });

  test('tenants that are told apart by the login, without a tenancy', async () => {
    const sql =
      'create policy p on projects as restrictive using (organization_id::text = current_user)';
    expect((await added(sql, false)).lines).toContain('policy-context-is-login projects.p');
  });

  test('large objects are no news where the functions were taken away', async () => {
    const { url } = await testDatabase({ key, migrate: (at) => applySchema(at, application) });
    await withClient(url, async (client) => {
      const large = async () =>
        (await diagnose(client, { tenancy, schema })).findings.filter(
          ({ rule }) => rule === 'large-objects',
        );
      const [before] = await large();
      expect(before).toMatchObject({ severity: 'info', needsSuperuser: true });
      await client.query("set role app; select lo_from_bytea(4711, 'x'); reset role");
      expect(await large()).toMatchObject([{ severity: 'error' }]);
      await client.query('select lo_unlink(4711)');
      for (const sql of before?.fixSql ?? []) await client.query(sql);
      expect(await large()).toEqual([]);
    });
  });
});
