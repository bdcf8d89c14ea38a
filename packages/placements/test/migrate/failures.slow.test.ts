import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

const alone = await fleet();
const grows = migrationsFolder();
grows.add(
  'create table seats (id int, label text)',
  "insert into seats values (1, 'of a customer'), (1, 'other')",
);
const [begun] = grows.entries();
const prepared = migrating(alone, grows.folder);

/** The error of the shared database, for a second migration that does not run. */
async function errorOf(...statements: string[]) {
  expect((await prepared).code).toBe(0);
  grows.write(begun === undefined ? [] : [begun]);
  grows.add(...statements);
  const run = await migrating(alone, grows.folder);
  expect(run.code).toBe(1);
  expect(await ledgerOf(alone.shared)).toHaveLength(1);
  expect(await ask(alone.shared, 'select count(*)::int as n from seats')).toEqual([{ n: 2 }]);
  return run.answer.databases[0].error as { code: string; found: string; fix: string };
}

it('names the file, the line and the SQLSTATE of the statement that failed', async () => {
  const failed = await errorOf(
    'create table a (id int);\n\nselect 7',
    '\n\n-- each seat once\nalter table seats\n  add unique (id);',
    'create table b (id int)',
  );
  expect(failed).toMatchObject({ code: 'MIGRATION_FAILED' });
  expect(failed.found).toBe(
    '0001_step, line 7: could not create unique index "seats_id_key" (23505). Nothing of it has happened.',
  );
});

it('names the line within a text of several statements, where the server does', async () => {
  const failed = await errorOf(
    'create table é (id int);',
    'create table a (id int);\nselect "ü"\nfrom seats;',
  );
  expect(failed.found).toContain('0001_step, line 4: column "ü" does not exist (42703)');
});

it('shows no value of a row, and nothing of a statement', async () => {
  const cast = await errorOf('alter table seats alter column label type int using label::int');
  expect(cast.found).toBe(
    '0001_step, line 1: a value does not fit (22P02). Nothing of it has happened.',
  );
  const password = await errorOf("create role someone password 'hunter2' hunter2");
  expect(password.found).toContain('line 1: a syntax error (42601)');
});

it('says what to do with a statement that runs in no transaction', async () => {
  const failed = await errorOf('create index concurrently seats_id on seats (id)');
  expect(failed.found).toContain('(25001)');
  expect(failed.fix).toContain('by hand in each database');
});

it('refuses a statement that would end the transaction, before anything has run', async () => {
  const failed = await errorOf(
    "create table a (id int); -- begin\ncomment on table a is 'x; commit';",
    'create table b (id int);\n/* why */ commit;',
  );
  expect(failed.found).toContain('0001_step, line 4: `commit` in a migration');
});

it('runs the words of transactions where they are none', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add(
    "create table a (id int); savepoint x; rollback to x;\ncomment on table a is 'x; commit';",
    'create function f() returns int language sql begin atomic select 1; end;',
    'create function g() returns int language plpgsql as $f$ begin return 1; end; $f$',
    '-- ; commit\nselect 1 as "; commit"',
  );
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
});

it('runs a migration whole or not at all, also at its commit', async () => {
  const failed = await errorOf(
    'create table parents (id int primary key)',
    'create table children (of int references parents deferrable initially deferred)',
    'insert into children values (1)',
  );
  expect(failed.found).toContain('(23503). Nothing of it has happened.');
});

it('stops after a failure, names what is left, and goes on where it stopped', async () => {
  const { shared, urls } = await fleet('eu1', 'eu2', 'eu3', 'eu4');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  await ask(urls.get('eu2') as string, 'insert into seats values (1), (1)');
  add('alter table seats add unique (id)');
  const run = await migrating({ shared, urls }, folder, ['--parallel', '1']);
  expect(run.code).toBe(1);
  expect(run.states).toEqual({
    'shared database': 'migrated',
    eu1: 'migrated',
    eu2: 'failed',
    eu3: 'not begun',
    eu4: 'not begun',
  });
  await ask(urls.get('eu2') as string, 'delete from seats');
  const again = await migrating({ shared, urls }, folder);
  expect(again.answer.databases).toMatchObject([
    { state: 'current' },
    { state: 'current', remembered: true },
    { state: 'migrated' },
    { state: 'migrated' },
    { state: 'migrated' },
  ]);
});

it('migrates the canary first and the shared database second, and nothing after one that fails', async () => {
  const { shared, urls } = await fleet('eu1', 'eu2');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  add('alter table seats add unique (id)');
  const rows = 'insert into seats values (1), (1)';
  await ask(urls.get('eu2') as string, rows);
  const canary = await migrating({ shared, urls }, folder, ['--canary', 'eu2']);
  expect(Object.entries(canary.states)).toEqual([
    ['eu2', 'failed'],
    ['shared database', 'not begun'],
    ['eu1', 'not begun'],
  ]);
  await ask(urls.get('eu2') as string, 'delete from seats');
  await ask(shared, rows);
  const second = await migrating({ shared, urls }, folder, ['--canary', 'eu2']);
  expect(Object.entries(second.states)).toEqual([
    ['eu2', 'migrated'],
    ['shared database', 'failed'],
    ['eu1', 'not begun'],
  ]);
  await ask(shared, 'delete from seats');
  const nowhere = (name: string, login: string) =>
    name === 'eu2' && login === 'owner' ? 'postgres://nobody:secret@127.0.0.1:1/x' : urls.get(name);
  add('select 1');
  const down = await migrating({ shared, urls }, folder, ['--canary', 'eu2'], nowhere);
  expect(down.states).toEqual({
    eu2: 'unreachable',
    'shared database': 'not begun',
    eu1: 'not begun',
  });
  const unknown = await migrating({ shared, urls }, folder, ['--canary', 'eu9']);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('PLACE_UNKNOWN')]);
});

it('goes on without a place that is down or wrong, and says which', async () => {
  const { shared, urls, all } = await fleet('eu1', 'eu2', 'eu3', 'eu4', 'eu5', 'eu6');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  const password = randomUUID();
  const connect = (name: string) => {
    if (name === 'eu1') return `postgres://nobody:${password}@127.0.0.1:1/x`;
    if (name === 'eu2') return urls.get('eu3');
    if (name === 'eu4') throw new Error(`postgres://nobody:${password}@host`);
    if (name === 'eu5') return undefined;
    if (name === 'eu6') return shared;
    return urls.get(name);
  };
  const run = await migrating({ shared, urls }, folder, [], connect);
  expect(run.code).toBe(1);
  expect(run.states).toEqual({
    'shared database': 'migrated',
    eu1: 'unreachable',
    eu2: 'unreachable',
    eu3: 'migrated',
    eu4: 'unreachable',
    eu5: 'unreachable',
    eu6: 'unreachable',
  });
  const found = run.answer.databases.map(
    (each: { error?: { found: string } }) => each.error?.found,
  );
  expect(found[1]).toBe('no connection to the place eu1 (ECONNREFUSED).');
  expect(found[2]).toBe('the connection for the place eu2 leads to the place eu3.');
  expect(found[6]).toContain('leads to a database that is no place');
  expect(JSON.stringify(run.answer) + run.stderr).not.toContain(password);
  expect(
    await Promise.all(all.map((url) => ask(url, "select to_regclass('seats') is not null as is"))),
  ).toEqual([true, false, false, true, false, false, false].map((is) => [{ is }]));
});

it('knows a place by its mark, not by its name alone', async () => {
  const { shared, urls } = await fleet('eu1');
  const other = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  const run = await migrating({ shared, urls: other.urls }, folder);
  expect(run.answer.databases[1]).toMatchObject({
    state: 'unreachable',
    error: { found: 'the connection for the place eu1 leads to another database of that name.' },
  });
  const reached = urls.get('eu1') as string;
  expect((await migrating({ shared, urls }, folder)).states.eu1).toBe('migrated');
  expect(await ledgerOf(reached)).toHaveLength(1);
});

it('refuses to take a place for the shared database', async () => {
  const { urls } = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  const run = await migrating({ shared: urls.get('eu1') as string, urls }, folder);
  expect(run.answer.databases).toMatchObject([
    {
      state: 'unreachable',
      error: { found: 'the connection for the shared database leads to the place eu1.' },
    },
  ]);
});

it('names the login when it has no rights', async () => {
  const { shared, urls } = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add('select 1');
  const login = `fleet_${randomUUID().slice(0, 8)}`;
  await ask(shared, `create role ${login} login password 'x'`);
  const url = new URL(urls.get('eu1') as string);
  url.username = login;
  url.password = 'x';
  await ask(
    urls.get('eu1') as string,
    `grant usage on schema tenantry to ${login}; grant select on tenantry.here to ${login}`,
  );
  const run = await migrating({ shared, urls }, folder, [], () => url.href);
  expect(run.answer.databases[1]).toMatchObject({
    state: 'failed',
    error: { found: expect.stringContaining('(42501)'), fix: expect.stringContaining("'owner'") },
  });
  await ask(urls.get('eu1') as string, `drop owned by ${login}; drop role ${login}`);
});
