import { expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

const columns = async (url: string, table: string) =>
  (
    await ask(
      url,
      'select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum',
      [table],
    )
  ).map(({ attname }) => attname);

it('runs what is pending in the shared database and in each place, once', async () => {
  const { shared, urls, all } = await fleet('eu1', 'eu2');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int);', 'insert into seats values (1);');
  const first = await migrating({ shared, urls }, folder);
  expect(first.states).toEqual({ 'shared database': 'migrated', eu1: 'migrated', eu2: 'migrated' });
  expect(first.code).toBe(0);
  add('alter table seats add column label text');
  add('-- only a comment');
  const second = await migrating({ shared, urls }, folder);
  expect(second.answer.databases[1]).toMatchObject({
    database: 'eu1',
    state: 'migrated',
    migrations: ['0001_step', '0002_step'],
  });
  for (const url of all) {
    expect(await columns(url, 'seats')).toEqual(['id', 'label']);
    expect(await ask(url, 'select count(*)::int as n from seats')).toEqual([{ n: 1 }]);
    expect(await ledgerOf(url)).toHaveLength(3);
  }
  const third = await migrating({ shared, urls }, folder);
  expect(third.answer.databases).toMatchObject([
    { state: 'current', remembered: false },
    { state: 'current', remembered: true },
    { state: 'current', remembered: true },
  ]);
});
