import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withDatabase } from './support/database.ts';
import { configOf, filesOf, ownTables, plainProject, tables } from './support/plain-project.ts';

// One story: each test continues where the one before it stopped.
describe('tenantry generate without a Drizzle schema', async () => {
  const { project, url, apply, ask } = await plainProject();

  test('names a table that the database does not have', async () => {
    const { code, text } = await project.tenantry('generate');
    expect(code).toBe(1);
    expect(text).toContain('CONFIG_INVALID');
    expect(text).toContain('organizations, memberships, projects, tasks, countries');
  });

  test('--check finds what is missing, --dry-run prints it, and neither writes', async () => {
    await apply();
    const check = await project.tenantry('generate', '--check');
    expect(check.code).toBe(1);
    for (const part of ['foundation', 'table:public.projects', 'keys:public.projects', 'entry'])
      expect(check.text).toContain(part);
    const dry = await project.tenantry('generate', '--dry-run');
    expect(dry.text).toContain('create schema if not exists tenantry;');
    expect(dry.text).not.toContain('statement-breakpoint');
    expect(filesOf(project)).toEqual(['0001_tables.sql']);
  });

  test('writes numbered SQL behind the files that are there, and then nothing', async () => {
    const { code, text } = await project.tenantry('generate');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(filesOf(project)).toEqual([
      '0001_tables.sql',
      '0002_tenantry_foundation.sql',
      '0003_tenantry_isolation.sql',
    ]);
    await apply();
    const again = await project.tenantry('generate');
    expect(again.text).toContain('nothing to do');
    const check = await project.tenantry('generate', '--check');
    expect(check.text).toContain('proven');
    expect(check.code).toBe(0);
  });

  test('the tables are isolated, and the tenant is filled in', async () => {
    const acme = '00000000-0000-4000-8000-000000000001';
    const globex = '00000000-0000-4000-8000-000000000002';
    const as = (tenant: string, text: string) =>
      withDatabase(url, async (client) => {
        await client.query('begin');
        await client.query(
          "select set_config('role', 'app', true), set_config('app.organization_id', $1, true)",
          [tenant],
        );
        const { rows } = await client.query(text);
        await client.query('commit');
        return rows;
      });
    await ask(
      `insert into organizations values ('${acme}', 'Acme', 'acme'), ('${globex}', 'Globex', 'globex')`,
    );
    const [{ id }] = await as(acme, "insert into projects (name) values ('Rocket') returning id");
    expect(await as(globex, 'select name from projects')).toEqual([]);
    expect(await as(acme, 'select name from projects')).toEqual([{ name: 'Rocket' }]);
    const across = as(globex, `insert into tasks (project_id, title) values (${id}, 'x')`);
    await expect(across).rejects.toMatchObject({ code: '23503' });
  });

  test('doctor agrees', async () => {
    const { code, text } = await project.tenantry('doctor', '--prove');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain('objects compared');
    await ask('alter table projects no force row level security');
    expect((await project.tenantry('doctor')).text).toContain('rls-not-forced');
    await ask('alter table projects force row level security');
  });

  test('a new table has to be declared', async () => {
    project.write(
      'migrations/0004_notes.sql',
      'create table notes (organization_id uuid not null, id uuid primary key default gen_random_uuid(), body text);',
    );
    await apply();
    const { code, text } = await project.tenantry('generate');
    expect(code).toBe(1);
    expect(text).toContain('TABLE_NOT_ISOLATED');
    expect(text).toContain('notes');
    project.write(
      'tenantry.config.ts',
      configOf(url, tables.replace('countries:', 'notes: isolate,\n    countries:')),
    );
    expect((await project.tenantry('generate')).code).toBe(0);
    expect(filesOf(project)).toHaveLength(5);
    await apply();
    expect((await project.tenantry('generate', '--check')).text).toContain('proven');
  });

  test('what is no longer declared goes', async () => {
    project.write(
      'tenantry.config.ts',
      configOf(
        url,
        tables
          .replace(/,\s*\.\.\.reference\(.*?\}\),/s, ',')
          .replace('countries:', 'notes: shared,\n    countries:'),
      ),
    );
    const { text } = await project.tenantry('generate');
    expect(text).toContain('removes:');
    expect(text).toContain('tasks_project_id_fk');
    await apply();
    expect(
      await ask("select conname from pg_constraint where conname = 'tasks_project_id_fk'"),
    ).toEqual([]);
    expect(
      (
        await ask("select polname from pg_policy where polrelid = 'notes'::regclass order by 1")
      ).map(({ polname }) => polname),
    ).toEqual(['notes_shared_read', 'notes_system_access']);
    const check = await project.tenantry('generate', '--check');
    expect({ code: check.code, text: check.text }).toMatchObject({ code: 0 });
    expect(check.text).toContain('proven');
  });
});

describe('tables of a feature', async () => {
  const { project, url, apply, ask } = await plainProject(['@tenantry/rbac']);
  const rbacFile = `import { defineRbac } from '@tenantry/rbac';
const rbac = defineRbac(tenancy, { userId: 'text', permissions: { projects: ['read'] }, roles: { owner: ['*'] } });`;
  const withRbac = tables
    .replace(
      'organizations: tenants,',
      '...featureTables(rbac),\n    organizations: rbac.tables.tenants.rules,',
    )
    .replace(/memberships:.*\n/, '');

  test('are made by generate, in a migration of their own', async () => {
    project.write(
      'migrations/0001_tables.sql',
      ownTables.replace(/create table memberships \([^;]*;/, ''),
    );
    project.write('tenantry.config.ts', configOf(url, withRbac, rbacFile));
    await apply();
    const { code, text } = await project.tenantry('generate');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(filesOf(project).map((file) => file.slice(5))).toEqual([
      'tables.sql',
      'tenantry_foundation.sql',
      'tenantry_tables.sql',
      'tenantry_isolation.sql',
      'tenantry_rbac.sql',
      'tenantry_entry.sql',
    ]);
    expect(project.read('migrations/0003_tenantry_tables.sql')).toContain(
      'create table if not exists "public"."memberships"',
    );
    await apply();
    expect((await project.tenantry('generate')).text).toContain('nothing to do');
    const check = await project.tenantry('generate', '--check');
    expect({ code: check.code, text: check.text }).toMatchObject({ code: 0 });
    expect(check.text).toContain('proven');
    expect((await project.tenantry('doctor')).code).toBe(0);
  });

  test('keep a column that you add', async () => {
    project.write('migrations/0007_title.sql', 'alter table memberships add column title text;');
    await apply();
    expect((await project.tenantry('generate')).code).toBe(0);
    await apply();
    expect((await project.tenantry('generate', '--check')).text).toContain('proven');
    expect(
      await ask("select has_column_privilege('app', 'memberships', 'title', 'update') as may"),
    ).toEqual([{ may: false }]);
  });

  test('what a lost index was for is put back', async () => {
    project.write('migrations/0009_oops.sql', 'drop index memberships_user_idx;');
    await apply();
    const { text } = await project.tenantry('generate');
    expect(text).toContain('index memberships_user_idx');
    await apply();
    expect(
      await ask("select indexname from pg_indexes where indexname = 'memberships_user_idx'"),
    ).toHaveLength(1);
  });
});

describe('the folder of a runner', async () => {
  const first = (format: string) =>
    ({
      dbmate: [
        '20250101000000_tables.sql',
        `-- migrate:up\n${ownTables}\n-- migrate:down\ndrop table tasks;`,
      ],
      'node-pg-migrate': [
        '1735689600000_tables.sql',
        `-- Up Migration\n${ownTables}\n-- Down Migration\ndrop table tasks;`,
      ],
      prisma: ['20250101000000_tables/migration.sql', ownTables],
      flyway: ['V1__tables.sql', ownTables],
      sql: ['001.do.tables.sql', ownTables], // as Postgrator has them
    })[format] as [string, string];

  test.each([
    ['dbmate', /^\d{14}_tenantry_foundation\.sql$/, '-- migrate:up'],
    ['node-pg-migrate', /^\d{13}_tenantry_foundation\.sql$/, '-- Up Migration'],
    ['prisma', /^\d{14}_tenantry_foundation$/, 'Written by `tenantry generate`'],
    ['flyway', /^V2__tenantry_foundation\.sql$/, 'Written by `tenantry generate`'],
    ['sql', /^002\.do\.tenantry_foundation\.sql$/, 'Written by `tenantry generate`'],
  ])('%s', async (format, name, begins) => {
    const { project, url } = await plainProject();
    const [file, text] = first(format);
    project.write(`db/${file}`, text);
    const config = project.read('tenantry.config.ts');
    project.write(
      'tenantry.config.ts',
      config.replace(
        'tenancy,\n',
        `tenancy,\n  migrations: { folder: './db', format: '${format}' },\n`,
      ),
    );
    await withDatabase(url, (client) => client.query(ownTables));
    const written = await project.tenantry('generate');
    expect({ code: written.code, text: written.text }).toMatchObject({ code: 0 });
    const entries = readdirSync(join(project.folder, 'db')).sort(
      (a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]),
    );
    expect(entries).toHaveLength(3);
    expect(entries[1]).toMatch(name);
    const path = `db/${entries[1]}${format === 'prisma' ? '/migration.sql' : ''}`;
    expect(project.read(path)).toContain(begins);
    expect((await project.tenantry('generate')).text).toContain('nothing to do');
  });
});

describe('a configuration that contradicts itself', async () => {
  const { project, url } = await plainProject();
  const config = configOf(url, tables);
  test.each([
    [
      'a Drizzle schema too',
      config.replace('tenancy,\n', "tenancy,\n  schema: './src/schema.ts',\n"),
      'a Drizzle schema too',
    ],
    [
      'a directory that names no column',
      config.replace('organizations.slug', 'organizations.nickname'),
      'organizations.nickname',
    ],
    [
      'a rule for a table that is not named',
      config.replace('to: projects', 'to: plans').replace('{ projects }', '{ plans }'),
      'plans',
    ],
    [
      'a key that the table has already',
      config.replace(
        'isolate(t, { key: [t.user_id] })',
        'isolate(t, { key: [t.user_id, t.organization_id] })',
      ),
      'memberships',
    ],
  ])('%s', async (_, text, said) => {
    await withDatabase(url, (client) =>
      client.query(ownTables.replaceAll('create table', 'create table if not exists')),
    );
    project.write('tenantry.config.ts', text);
    const run = await project.tenantry('generate');
    expect(run.code).toBe(1);
    expect(run.text).toContain('CONFIG_INVALID');
    expect(run.text).toContain(said);
    expect(filesOf(project)).toEqual(['0001_tables.sql']);
  });
});
