import { withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzleRc } from 'drizzle-orm-rc/node-postgres';
import { migrate as migrateRc } from 'drizzle-orm-rc/node-postgres/migrator';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { type Entry, fleet, migrating, migrationsFolder } from './support.ts';

const runners = {
  journal: (url: string, folder: string) =>
    withClient(url, (client) => migrate(drizzle({ client }), { migrationsFolder: folder })),
  folders: (url: string, folder: string) =>
    withClient(url, async (client) => {
      await migrateRc(drizzleRc({ client }), { migrationsFolder: folder });
    }),
};

/** Rows and columns of the ledger, without what differs by the clock. */
const wholeLedger = async (url: string) => ({
  columns: await ask(
    url,
    `select attname, format_type(atttypid, atttypmod) as type, attnotnull, pg_get_expr(d.adbin, d.adrelid) as by_default
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where attrelid = to_regclass('drizzle.__drizzle_migrations') and attnum > 0 order by attnum`,
  ),
  keys: await ask(
    url,
    `select conname, contype from pg_constraint where conrelid = to_regclass('drizzle.__drizzle_migrations') order by 1`,
  ),
  rows: (await ask(url, 'select * from drizzle.__drizzle_migrations order by id')).map(
    ({ applied_at, ...row }) => ({
      ...row,
      ...(applied_at !== undefined && { applied: applied_at !== null }),
    }),
  ),
});

describe.each(['journal', 'folders'] as const)('a folder of drizzle-kit in the form %s', (form) => {
  it('leaves the same ledger as its own migrator, and each goes on behind the other', async () => {
    const { shared, urls } = await fleet('eu1');
    const eu1 = urls.get('eu1') as string;
    const { folder, add } = migrationsFolder(form);
    const run = async () => expect((await migrating({ shared, urls }, folder)).code).toBe(0);
    add('create table seats (id int)');
    await runners[form](eu1, folder);
    await run();
    expect(await wholeLedger(eu1)).toEqual(await wholeLedger(shared));
    add('alter table seats add column a text', 'alter table seats add column b text');
    await run();
    await runners[form](eu1, folder);
    add('alter table seats add column c text');
    await runners[form](shared, folder);
    await run();
    const ledger = await wholeLedger(shared);
    expect(ledger.rows).toHaveLength(3);
    expect(await wholeLedger(eu1)).toEqual(ledger);
  });
});

it('takes over a ledger of Drizzle 0.x as Drizzle 1.0 does', async () => {
  const { shared, urls } = await fleet('eu1', 'eu2');
  const [old, young] = [migrationsFolder('journal'), migrationsFolder('folders')];
  const texts = ['create table seats (id int)', 'alter table seats add column a text'];
  // 0.x stores milliseconds, of which the names of the folders keep the seconds
  for (const text of texts) old.add(text);
  // and it takes them at their time, whatever their text
  const [first, ...rest] = old.entries().map((each) => ({ ...each, when: each.when + 123 }));
  old.write([{ ...(first as Entry), statements: ['create table seats (id int4)'] }, ...rest]);
  expect((await migrating({ shared, urls }, old.folder)).code).toBe(0);
  for (const text of [...texts, 'alter table seats add column b text']) young.add(text);
  const eu1 = urls.get('eu1') as string;
  await runners.folders(eu1, young.folder);
  const run = await migrating({ shared, urls }, young.folder, ['--accept-drift']);
  expect(run.states).toEqual({ 'shared database': 'migrated', eu1: 'current', eu2: 'migrated' });
  const ledger = await wholeLedger(eu1);
  expect(ledger.rows).toMatchObject([{ applied: false }, { applied: false }, { applied: true }]);
  expect(await wholeLedger(shared)).toEqual(ledger);
  expect(await wholeLedger(urls.get('eu2') as string)).toEqual(ledger);
});

it('tells two migrations with the same text apart', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('select 1');
  add('select 1');
  await runners.journal(shared, folder);
  const { answer } = await migrating({ shared, urls }, folder);
  expect(answer.databases).toMatchObject([{ state: 'current', drift: [] }]);
});
