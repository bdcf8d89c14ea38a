import { definePlacements } from '@tenantry/placements';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { ask, tenancy } from '../support/world.ts';
import { fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

it('looks again when the folder, or the database under a name, is another one', async () => {
  const { shared, urls } = await fleet('eu1');
  const other = await fleet('eu1');
  const { folder, add, write, entries } = migrationsFolder();
  add('create table seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  const remembered = async (...argv: string[]) =>
    (await migrating({ shared, urls }, folder, argv)).answer.databases[1];
  expect(await remembered()).toMatchObject({ state: 'current', remembered: true });
  expect(await remembered('--verify')).toMatchObject({ state: 'current', remembered: false });
  const before = entries();
  add('select 1');
  expect(await remembered()).toMatchObject({ state: 'migrated', remembered: false });
  // another database under the name
  const there = await remembered();
  expect(there).toMatchObject({ state: 'current', remembered: true });
  const [{ mark }] = (await ask(
    other.urls.get('eu1') as string,
    'select mark from tenantry.here',
  )) as [{ mark: string }];
  await ask(shared, 'update tenantry.places set mark = $1', [mark]);
  urls.set('eu1', other.urls.get('eu1') as string);
  expect(await remembered()).toMatchObject({ state: 'migrated', remembered: false });
  // back: its ledger is ahead, which is said each time
  write(before);
  const ahead = { state: 'current', remembered: false, drift: [{ kind: 'unknown' }] };
  expect(await remembered()).toMatchObject(ahead);
  expect(await remembered()).toMatchObject(ahead);
});

it('believes its memory until --verify, when a ledger was set back behind it', async () => {
  const { shared, urls } = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add('create table if not exists seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  await ask(urls.get('eu1') as string, 'delete from drizzle.__drizzle_migrations');
  expect((await migrating({ shared, urls }, folder)).states.eu1).toBe('current');
  expect((await migrating({ shared, urls }, folder, ['--verify'])).states.eu1).toBe('migrated');
  expect(await ledgerOf(urls.get('eu1') as string)).toHaveLength(1);
});

it('connects to none of 5,000 places that are remembered', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  await ask(
    shared,
    "insert into tenantry.places (name) select 'p' || n from generate_series(1, 5000) n",
  );
  const asked: string[] = [];
  const connect = (name: string) => {
    asked.push(name);
    return undefined;
  };
  // as 5,000 runs leave it: what one does is tried above
  const one = await fleet('p1');
  expect((await migrating(one, folder)).code).toBe(0);
  const [{ fingerprint }] = (await ask(
    one.shared,
    'select folder as fingerprint from tenantry.place_migrations',
  )) as [{ fingerprint: string }];
  await ask(
    shared,
    'insert into tenantry.place_migrations (place, mark, folder) select name, mark, $1 from tenantry.places',
    [fingerprint],
  );
  const run = await migrating({ shared, urls }, folder, [], connect);
  expect([run.code, asked, run.answer.databases.length]).toEqual([0, [], 5001]);
});

it('is no reason to fail, and is written by one statement at a time', async () => {
  const names = ['eu1', 'eu2', 'eu3', 'eu4'];
  const { shared, urls } = await fleet(...names);
  const { folder, add, write, entries } = migrationsFolder();
  add('create table seats (id int)');
  const warnings: string[] = [];
  const warn = ({ message }: Error) => void warnings.push(message);
  process.on('warning', warn);
  expect((await migrating({ shared, urls }, folder, ['--parallel', '4'])).code).toBe(0);
  const memory = 'select place from tenantry.place_migrations order by 1';
  expect(await ask(shared, memory)).toEqual(names.map((place) => ({ place })));
  await ask(
    shared,
    "create function public.no() returns trigger language plpgsql as $$ begin raise 'no'; end $$",
  );
  await ask(
    shared,
    'create trigger no before insert on tenantry.place_migrations for each row execute function public.no()',
  );
  const before = entries();
  add('select 1');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  // what it knew before would be true no more
  expect(await ask(shared, memory)).toEqual([]);
  write(before);
  expect((await migrating({ shared, urls }, folder)).answer.databases[1]).toMatchObject({
    remembered: false,
    drift: [{ kind: 'unknown' }],
  });
  process.off('warning', warn);
  expect(warnings.filter((text) => text.includes('client.query'))).toEqual([]);
});

it('needs no catalogue: the first run makes it', async () => {
  const { shared } = await fleet();
  const { folder, add } = migrationsFolder();
  await ask(shared, 'drop schema tenantry cascade');
  const feature = definePlacements(tenancy, { connect: () => undefined });
  const none = { marked: () => undefined, allMarked: () => [] };
  const find = () => {
    throw new Error('no table');
  };
  const { sections } = feature.sql({ tenancy, tables: [], find, ...none });
  add('create schema tenantry', ...sections.flatMap(({ sql }) => sql.map((each) => each.sql)));
  const run = await runCommand(
    { tenancy, features: [feature], database: { migrationUrl: shared } },
    ['migrate', '--migrations', folder],
  );
  expect([run.code, run.stdout]).toEqual([
    0,
    '✓ shared database: migrated 0000_step\n1 database: 1 migrated\n',
  ]);
});
