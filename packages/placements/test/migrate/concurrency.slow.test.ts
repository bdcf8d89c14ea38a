import { setTimeout } from 'node:timers/promises';
import { withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import { expect, it, vi } from 'vitest';
import { apply } from '../../src/migrate/apply.ts';
import { fleetLockClass, takeFleetLock } from '../../src/migrate/fleet-lock.ts';
import { readFolder } from '../../src/migrate/folder.ts';
import { ask } from '../support/world.ts';
import { fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

/** Waits until the server says so. */
const untilOn = (url: string, sql: string) =>
  expect.poll(async () => (await ask(url, `select (${sql}) as is`))[0]?.is).toBe(true);

/** Migrates a database, with as many tries as it takes. */
function applying(client: pg.Client, folder: string) {
  const query = vi.spyOn(client, 'query');
  const run = apply(client, {
    folder: readFolder(folder),
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    acceptDrift: false,
    tries: 10_000,
  });
  const texts = () => (query.mock.calls as unknown[][]).map(([text]) => String(text));
  return { run, began: () => texts().filter((text) => text.startsWith('begin ')).length };
}

it('two runs at once apply each migration once', async () => {
  const { shared, urls, all } = await fleet('eu1', 'eu2');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)', 'select pg_sleep(0.2)');
  add('insert into seats values (1)');
  const runs = await Promise.all([1, 2, 3].map(() => migrating({ shared, urls }, folder)));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  const states = runs.flatMap(({ states }) => Object.values(states)).sort();
  expect(states).toEqual([...Array(6).fill('current'), ...Array(3).fill('migrated')]);
  for (const url of all) {
    expect(await ledgerOf(url)).toHaveLength(2);
    expect(await ask(url, 'select count(*)::int as n from seats')).toEqual([{ n: 1 }]);
  }
});

it('two fleets that share a database do not run its migrations twice', async () => {
  const one = await fleet('eu1');
  const other = await fleet('eu1');
  const eu1 = one.urls.get('eu1') as string;
  const [{ mark }] = (await ask(eu1, 'select mark from tenantry.here')) as [{ mark: string }];
  await ask(other.shared, 'update tenantry.places set mark = $1', [mark]);
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)', 'select pg_sleep(0.3)');
  const runs = await Promise.all(
    [one, other].map(({ shared }) => migrating({ shared, urls: one.urls }, folder)),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs.map(({ states }) => states.eu1).sort()).toEqual(['current', 'migrated']);
  expect(await ledgerOf(eu1)).toHaveLength(1);
});

it('waits for a run in the same database without a limit, and looks again when it has ended', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  await withClient(shared, async (other) => {
    await other.query('select pg_advisory_lock($1, 1)', [fleetLockClass]);
    const run = migrating({ shared, urls }, folder, ['--tries', '1']);
    const waits = untilOn(
      shared,
      `select exists (select from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 1 and not l.granted)`,
    );
    const early = run.then(() => {
      throw new Error('it has not waited');
    });
    await Promise.race([waits, early]);
    early.catch(() => {});
    await migrate(drizzle({ client: other }), { migrationsFolder: folder });
    await other.query('select pg_advisory_unlock($1, 1)', [fleetLockClass]);
    expect((await run).answer.databases).toMatchObject([{ state: 'current', retries: 0 }]);
  });
  expect(await ledgerOf(shared)).toHaveLength(1);
});

it('gives up its locks when somebody holds one, and begins again until it is free', async () => {
  const { shared, urls } = await fleet('eu1');
  const eu1 = urls.get('eu1') as string;
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)', 'create table others (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  add('alter table others add column label text', 'alter table seats add column label text');
  await withClient(eu1, (reader) =>
    withClient(eu1, async (client) => {
      await reader.query('begin; select * from seats');
      const { run, began } = applying(client, folder);
      await expect.poll(began).toBeGreaterThan(1);
      // what it has locked before is free between two tries
      await ask(eu1, "set lock_timeout = '60s'; insert into others values (1)");
      await reader.query('commit');
      const { ran, retries } = await run;
      expect(ran).toEqual(['0001_step']);
      expect(retries).toBeGreaterThan(1);
    }),
  );
});

it('ends after as many tries as it was told, and says what is in the way', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  add('alter table seats add column label text');
  await withClient(shared, async (reader) => {
    await reader.query('begin; select * from seats');
    const run = await migrating({ shared, urls }, folder, ['--tries', '2']);
    expect(run.answer.databases[0]).toMatchObject({
      state: 'failed',
      error: {
        found: expect.stringContaining(
          '0001_step, line 1: canceling statement due to lock timeout (55P03)',
        ),
        fix: expect.stringContaining('A transaction that takes long'),
      },
    });
  });
});

it('does not wait behind a migration that Drizzle is running, and does not repeat it', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  expect((await migrating({ shared, urls }, folder)).code).toBe(0);
  add('alter table seats add column label text');
  await withClient(shared, async (drizzle) => {
    // what its migrator does, up to the commit
    await drizzle.query('begin');
    await drizzle.query('alter table seats add column label text');
    await drizzle.query(
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('by drizzle', $1)`,
      [Date.UTC(2026, 0, 1, 0, 0, 1)],
    );
    await withClient(shared, async (client) => {
      const { run, began } = applying(client, folder);
      await expect.poll(began).toBeGreaterThan(1);
      await drizzle.query('commit');
      expect((await run).ran).toEqual([]);
    });
  });
  expect(await ledgerOf(shared)).toHaveLength(2);
});

it('waits for tenants that are moving, and they wait for it', async () => {
  const { shared, urls } = await fleet();
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)');
  await withClient(shared, (mover) =>
    withClient(shared, async (other) => {
      const moving = await takeFleetLock(mover, { as: 'move', waitMs: 0 });
      const second = await takeFleetLock(other, { as: 'move', waitMs: 0 });
      const refused = await migrating({ shared, urls }, folder, ['--wait', '0']);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('FLEET_LOCKED')]);
      const late = await migrating({ shared, urls }, folder, ['--wait', '1']);
      expect(late.stderr).toContain('FLEET_LOCKED');
      expect(await ask(shared, "select to_regclass('seats') as it")).toEqual([{ it: null }]);
      await second.release();
      const run = migrating({ shared, urls }, folder);
      await untilOn(
        shared,
        `select exists (select from pg_locks l join pg_database d on d.oid = l.database
          where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 0 and not l.granted)`,
      );
      await moving.release();
      const { code, stderr } = await run;
      expect([code, stderr]).toEqual([0, expect.stringContaining('waiting')]);
      const migrate = await takeFleetLock(mover, { as: 'migrate', waitMs: 0 });
      await expect(takeFleetLock(other, { as: 'move', waitMs: 0 })).rejects.toMatchObject({
        code: 'FLEET_LOCKED',
      });
      await migrate.release();
      await (await takeFleetLock(other, { as: 'move', waitMs: 0 })).release();
    }),
  );
});

it('holds the lock for as long as it takes, whatever the login says about idle transactions', async () => {
  const { shared } = await fleet();
  const url = new URL(shared);
  url.searchParams.set(
    'options',
    '-c idle_in_transaction_session_timeout=400 -c statement_timeout=400',
  );
  await withClient(url.href, async (client) => {
    await withClient(shared, async (other) => {
      const first = await takeFleetLock(other, { as: 'move', waitMs: 0 });
      const taking = takeFleetLock(client, { as: 'migrate', waitMs: 60_000 });
      await setTimeout(600);
      await first.release();
      const lock = await taking;
      await setTimeout(600);
      await expect(takeFleetLock(other, { as: 'move', waitMs: 0 })).rejects.toMatchObject({
        code: 'FLEET_LOCKED',
      });
      expect(lock.lost()).toBe(false);
      await lock.release();
    });
  });
});

it('begins no further database when the lock is lost', async () => {
  const { shared, urls } = await fleet('eu1');
  const { folder, add } = migrationsFolder();
  add(`select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and l.classid = 1835624306 and l.objid = 0 and d.datname = current_database()`);
  const run = await migrating({ shared, urls }, folder);
  expect(run.code).toBe(1);
  expect(run.answer.databases).toMatchObject([
    { state: 'migrated' },
    { state: 'failed', error: { code: 'FLEET_LOCKED' } },
  ]);
});
