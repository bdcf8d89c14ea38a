import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { withClient } from '../support/apply.ts';
import { testLogin } from '../support/login.ts';
import { databaseWith, examine, lines } from './support.ts';

// What articles about row-level security show: it looks finished, and leaks in a dozen ways.
const { url, client } = await databaseWith(`
  create schema auth;
  create function auth.org() returns uuid language sql immutable as $$ select current_setting('app.org')::uuid $$;
  create table orgs (id uuid primary key, name text);
  create table members (org_id uuid references orgs, user_id uuid, primary key (org_id, user_id));
  create table projects (id serial primary key, org_id uuid references orgs, slug text unique, name text);
  create table tasks (id serial primary key, org_id uuid not null references orgs,
    project_id int references projects on delete cascade, title text);
  create table comments (id serial primary key, task_id int not null references tasks, body text);
  create table invoices (id serial primary key, org_id uuid not null references orgs on delete set null, total int);
  create table notes (id serial primary key, org_id uuid not null, body text);
  create table documents (id serial primary key, org_id uuid not null, body text);
  create table events (org_id uuid not null, at date not null, kind text) partition by range (at);
  create table events_2030 partition of events for values from ('2030-01-01') to ('2031-01-01');
  alter table orgs enable row level security;
  alter table members disable row level security;
  alter table projects enable row level security;
  alter table tasks enable row level security;
  alter table documents enable row level security;
  alter table events enable row level security;
  create policy own on orgs using (id = auth.org());
  create policy own on projects using (org_id = auth.org() or org_id is null);
  create policy admin on projects using (current_setting('app.is_admin', true) = 'on');
  create policy own on tasks using (org_id::text = current_setting('app.org')) with check (true);
  create policy own on invoices using (org_id = auth.org());
  create policy own on documents using (org_id in (select org_id from members where user_id = current_setting('app.user')::uuid));
  create policy own on events using (org_id::text like current_setting('app.org') || '%');
  create view project_names as select org_id, name from projects;
  create materialized view totals as select org_id, sum(total) from invoices group by 1;
  create function all_projects() returns setof projects language sql security definer as 'select * from projects';
  create publication everything for all tables;
  grant all on all tables in schema public to public;
  grant usage on schema auth to public;
  grant create on schema public to public;
  alter default privileges in schema public grant select on tables to public;
`);
const login = await testLogin(url, []);
const ofTests = (await client.query('show cluster_name')).rows[0].cluster_name !== '';
const diagnosis = await examine(client, { role: login.name, tenantColumn: 'org_id' });
const found = lines(diagnosis);

describe('doctor on a database that follows an article', () => {
  test.each([
    'rls-disabled notes',
    'rls-disabled comments',
    'policies-dormant invoices',
    'rls-not-forced projects',
    'tenant-column-nullable projects.org_id',
    'no-tenant-index tasks',
    'child-reachable events_2030',
    'policy-fails-open projects.own',
    'policy-fails-open projects.admin',
    'policy-not-tenant-bound tasks.own',
    'policy-pattern events.own',
    'policy-no-floor tasks',
    'policy-casts-column tasks.own',
    'policy-empty-context tasks.own',
    'policy-not-initplan tasks',
    'policy-lookup-writable members',
    'context-immutable auth.org()',
    'policy-helper-search-path auth.org()',
    'unique-without-tenant projects.projects_slug_key',
    'primary-key-without-tenant projects.projects_pkey',
    'cascade-across-tenants tasks.tasks_project_id_fkey',
    'reference-clears-tenant invoices.invoices_org_id_fkey',
    'dangerous-privilege projects',
    'public-privilege projects',
    'view-reads-as-owner project_names',
    'materialized-view totals',
    'definer-function all_projects()',
    'definer-search-path all_projects()',
    'publication-unfiltered publication everything',
    'create-allowed schema public',
    'default-privileges role postgres',
    'temporary-allowed database DATABASE',
  ])('finds %s', (line) => {
    expect(found).toContain(line.replace('DATABASE', diagnosis.database));
  });

  test('guesses the tenant column, and says so', async () => {
    expect(await examine(client, { role: login.name })).toMatchObject({
      tenantColumn: 'org_id',
      guessed: true,
    });
  });

  test('says that the login of the application bypasses everything, when it does', async () => {
    const { findings } = await diagnose(client, { tenantColumn: 'org_id' });
    const bypasses = findings.find(({ rule }) => rule === 'role-bypasses-rls');
    // a note on the server that the tests brought, an error on any other; and nobody is told to
    // take the rights of a superuser from the role that the server cannot do without
    expect(bypasses).toMatchObject({ severity: ofTests ? 'info' : 'error', fixSql: [] });
  });

  test('needs no superuser', async () => {
    await withClient(login.url, async (own) => {
      const seen = await examine(own as never, { tenantColumn: 'org_id' });
      expect(lines(seen)).toEqual(
        expect.arrayContaining(['rls-disabled notes', 'create-allowed schema public']),
      );
      expect(seen.unseen).toEqual([]);
    });
  });

  test('gives each finding evidence, a fix, and a page', () => {
    for (const finding of diagnosis.findings) {
      expect(finding.found).toMatch(/[.]$/);
      expect(finding.fix.length).toBeGreaterThan(5);
      expect(finding.docs).toBe(`https://tenantry.dev/rules/${finding.rule}`);
    }
    const cast = diagnosis.findings.find(
      (f) => f.rule === 'policy-casts-column' && f.object === 'tasks.own',
    );
    expect(cast?.evidence).toEqual(["((org_id)::text = current_setting('app.org'::text))"]);
  });

  test('and its SQL, run as it stands, takes the errors away that SQL can take away', async () => {
    const { findings } = diagnosis;
    await client.query('begin');
    for (const sql of findings.filter((f) => !f.needsSuperuser).flatMap((f) => f.fixSql)) {
      await client.query('savepoint one');
      await client.query(sql).then(
        () => client.query('release one'),
        () => client.query('rollback to one'),
      );
    }
    await client.query('commit');
    const left = await examine(client, { role: login.name, tenantColumn: 'org_id' });
    const errors = lines(left).filter((line) =>
      diagnosis.findings.some((f) => `${f.rule} ${f.object}` === line),
    );
    for (const gone of [
      'policies-dormant',
      'rls-not-forced',
      'child-reachable',
      'dangerous-privilege',
      'context-immutable',
      'public-privilege',
      'view-reads-as-owner',
      'materialized-view',
      'definer-search-path',
      'create-allowed',
    ]) {
      expect(errors.filter((line) => line.startsWith(`${gone} `))).toEqual([]);
    }
    expect(left.findings.length).toBeLessThan(findings.length / 2);
  });
});
