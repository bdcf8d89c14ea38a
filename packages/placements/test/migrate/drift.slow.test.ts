import { definePlacements } from '@tenantry/placements';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { ask, tenancy } from '../support/world.ts';
import { fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);

it('status says of each database what has run, is pending, or differs', async () => {
  const { shared, urls } = await fleet('eu1', 'eu2', 'eu3');
  const { folder, add, write, entries } = migrationsFolder();
  add('create table seats (id int)');
  add('select 2');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  const fine = await migrating({ shared, urls }, folder, ['status']);
  expect([fine.code, fine.answer.ok]).toEqual([0, true]);
  add('select 3');
  const pending = await migrating({ shared, urls }, folder, ['status']);
  expect([pending.code, pending.answer.databases[0]]).toEqual([
    1,
    { database: 'shared database', version: '0001_step', pending: ['0002_step'], drift: [] },
  ]);
  const [eu1, eu2] = ['eu1', 'eu2'].map((name) => urls.get(name) as string) as [string, string];
  await ask(
    eu1,
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('ab', ${at(9)})`,
  );
  await ask(eu2, `delete from drizzle.__drizzle_migrations where created_at = ${at(0)}`);
  write(entries().map((each, i) => (i === 1 ? { ...each, statements: ['select 22'] } : each)));
  const down = (name: string) => (name === 'eu3' ? 'postgres://127.0.0.1:1/x' : urls.get(name));
  const { answer } = await migrating({ shared, urls }, folder, ['status'], down);
  const changed = { kind: 'changed', migration: '0001_step' };
  expect(answer.databases).toMatchObject([
    { pending: ['0002_step'], drift: [changed] },
    {
      version: '0001_step',
      pending: [], // Drizzle runs nothing that is older than the last
      drift: [
        { kind: 'unknown', migration: '2026-01-01T00:00:09.000Z' },
        changed,
        { kind: 'left out', migration: '0002_step' },
      ],
    },
    { pending: ['0002_step'], drift: [changed, { kind: 'left out', migration: '0000_step' }] },
    { version: null, error: { code: 'PLACE_UNAVAILABLE' } },
  ]);
  const config = {
    tenancy,
    features: [definePlacements(tenancy, { connect: down })],
    database: { migrationUrl: shared },
  };
  const { stdout } = await runCommand(config, ['migrate', 'status', '--migrations', folder]);
  expect(stdout.split('\n')[1]).toMatch(
    /^shared database +0001_step +1 +0001_step was changed after it ran +–$/,
  );
  expect(stdout).not.toContain('127.0.0.1');
});

it('runs nothing on top of drift, unless it is told to; line ends are no drift', async () => {
  const { shared, urls } = await fleet();
  const { folder, add, write, entries } = migrationsFolder();
  add('create table seats (id int);\nselect 1');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  const [first] = entries();
  write([
    { ...(first as object), statements: ['create table seats (id int);\r\nselect 1'] } as never,
  ]);
  add('alter table seats add column a text');
  const crlf = await migrating({ shared, urls }, folder);
  expect(crlf.answer.databases).toMatchObject([{ state: 'migrated', drift: [] }]);
  write(entries().map((each, i) => (i === 0 ? { ...each, statements: ['select 11'] } : each)));
  const idle = await migrating({ shared, urls }, folder);
  expect(idle.answer.databases).toMatchObject([{ state: 'current', drift: [{ kind: 'changed' }] }]);
  expect(idle.code).toBe(0);
  add('alter table seats add column b text');
  const refused = await migrating({ shared, urls }, folder);
  expect(refused.answer.databases).toMatchObject([
    {
      state: 'failed',
      error: { code: 'MIGRATION_DRIFT', found: '0000_step was changed after it ran.' },
    },
  ]);
  expect(await ledgerOf(shared)).toHaveLength(2);
  const accepted = await migrating({ shared, urls }, folder, ['--accept-drift']);
  expect(accepted.answer.databases).toMatchObject([
    { state: 'migrated', migrations: ['0002_step'] },
  ]);
});

it('says of a migration that Drizzle would leave out what to do with it', async () => {
  const { shared, urls } = await fleet();
  const { folder, add, write, entries } = migrationsFolder();
  add('create table seats (id int)');
  add('select 2');
  const all = entries();
  write(all.slice(1));
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  write(all);
  expect((await migrating({ shared, urls }, folder)).answer.databases).toMatchObject([
    { state: 'current', drift: [{ kind: 'left out', migration: '0000_step' }] },
  ]);
  add('select 3');
  expect((await migrating({ shared, urls }, folder)).answer.databases).toMatchObject([
    {
      error: {
        found: '0000_step is older than one that has run, and did not run.',
        fix: expect.stringContaining('as a new migration'),
      },
    },
  ]);
});

it('a dry run says what would run, and changes nothing', async () => {
  const { shared, urls, all } = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  const run = await migrating({ shared, urls }, folder, ['--dry-run']);
  expect(run.answer.databases).toMatchObject([
    { database: 'shared database', state: 'pending', migrations: ['0000_step'] },
    { database: 'eu1', state: 'pending', migrations: ['0000_step'] },
  ]);
  expect(run.code).toBe(0);
  for (const url of all) {
    expect(
      await ask(url, "select to_regclass('seats') as a, to_regnamespace('drizzle') as b"),
    ).toEqual([{ a: null, b: null }]);
  }
});
