import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { citusUrl } from '@tenantry/testing';
import pg from 'pg';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginReading } from '../../src/lifecycle/on-cluster.ts';
import { acme, ada, bob, citusWorld, globex, ownDatabase, tenancy, type World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-citus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(citusUrl() === undefined)('the life of a tenant on a cluster', () => {
  let world: World;
  let pool: ReturnType<World['open']>;
  const run = async (...words: string[]) => {
    const outcome = await runCommand(world.config, words);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return outcome;
  };
  beforeAll(async () => {
    world = await citusWorld('eu1');
    pool = world.open();
    await world.tenant(pool, acme, 'acme', ada);
    await world.tenant(pool, globex, 'globex', bob);
    for (const [id, user] of [
      [acme, ada],
      [globex, bob],
    ] as const)
      await world.enter(pool, id, user, async () => {
        for (let i = 0; i < 20; i++)
          await pool.query(
            'insert into items (title, kind, amount, data) values ($1, 1, 0.1000000000000000000001, $2)',
            [`tab\t back\\ ${i}`, JSON.stringify({ i })],
          );
        await pool.query('delete from items where title = $1', ['tab\t back\\ 3']);
      });
  }, 120_000);

  /** All rows of a tenant on the cluster, as text. */
  const rowsOf = async (place: string | null, id: string) => world.rowsAt(place, id);

  test('is listed, suspended and restored', async () => {
    expect((await run('tenants', 'list')).stdout).toContain(acme);
    await run('tenants', 'suspend', acme, '--reason', 'unpaid');
    const enter = () => world.enter(pool, acme, ada, () => pool.query('select 1 from items'));
    await expect(enter()).rejects.toMatchObject({ code: 'TENANT_SUSPENDED' });
    await world.enter(pool, globex, bob, () => pool.query('select 1 from items'));
    await run('tenants', 'restore', acme);
    await enter();
  });

  test('is found by a name that is in a table of its own', async () => {
    await run('tenants', 'suspend', 'acme', '--reason', 'unpaid');
    await run('tenants', 'restore', 'acme');
    const nobody = await runCommand(world.config, ['tenants', 'restore', 'nobody']);
    expect(nobody.code).not.toBe(0);
  });

  test('gets a database beside the cluster, and leaves it again', async () => {
    const { url } = await ownDatabase();
    await run('places', 'add', 'eu2', '--url', url);
    world.urls.set('eu2', url);
    await world.ask('eu2', "insert into kinds (id, name) values (1, 'usual')");
    const again = await runCommand(world.config, ['places', 'add', 'eu3', '--url', url]);
    expect(again.stderr).toContain('PLACE_TAKEN');
    const cluster = await runCommand(world.config, [
      ...['places', 'add', 'eu3', '--url', world.ownerUrl],
    ]);
    expect(cluster.stderr).toContain('PLACE_TAKEN');
    await run('tenants', 'move', 'acme', '--to', 'eu2');
    expect((await run('places', 'list')).stdout).toMatch(/eu2 .*1/);
    await run('tenants', 'export', 'acme', '--to', join(folder, 'eu2'));
    await world.enter(pool, acme, ada, () => pool.query('select 1 from items'));
    await run('tenants', 'move', 'acme', '--to', 'shared');
  });

  test('is exported when its transactions have ended, and none begins meanwhile', async () => {
    const to = join(folder, 'waited');
    let open = () => {};
    let commit = () => {};
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const inserting = world.enter(pool, acme, ada, () =>
      pool.transaction(async (tx) => {
        await tx.query('insert into items (title) values ($1)', ['at the last moment']);
        open();
        await mayCommit;
      }),
    );
    await isOpen;
    const exporting = run('tenants', 'export', acme, '--to', to);
    await world.somebodyWaits();
    commit();
    await Promise.all([inserting, exporting]);
    const file = readdirSync(to).find((name) => name.includes('items')) ?? '';
    expect(readFileSync(join(to, file), 'utf8')).toContain('at the last moment');
    const client = new pg.Client({ connectionString: world.cluster.url });
    await client.connect();
    try {
      await beginReading(client, tenancy, acme);
      const writing = world.enter(pool, acme, ada, () =>
        pool.query('insert into items (title) values ($1)', ['later']),
      );
      await world.somebodyWaits();
      await world.enter(pool, globex, bob, () => pool.query('select 1 from items'));
      expect((await client.query("select 1 from items where title = 'later'")).rows).toEqual([]);
      await client.query('commit');
      await writing;
    } finally {
      await client.end();
    }
  });

  test('what cannot be done is refused with a word', async () => {
    for (const words of [
      ['tenants', 'rewind', acme, '--to', '2026-05-05T14:30:00+02:00'],
      ['migrate', '--migrations', folder],
      ['places', 'add', 't_acme', '--schema', 't_acme', '--url', world.ownerUrl],
      [
        'tenants',
        'erase',
        globex,
        '--yes-erase',
        globex,
        '--by',
        'olga',
        '--people',
        '--url',
        world.ownerUrl,
      ],
    ]) {
      const { code, stderr } = await runCommand(world.config, words);
      expect({ code, stderr }, stderr).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/on Citus/),
      });
    }
    expect(await rowsOf(null, globex)).not.toEqual({});
    await world.ask(null, 'delete from tenantry.placements');
  });

  test('is exported, erased, and imported as it was', async () => {
    await run('audit', 'seal');
    const before = await rowsOf(null, acme);
    const others = await rowsOf(null, globex);
    await run('tenants', 'export', acme, '--to', join(folder, 'acme'));
    await run('tenants', 'export', acme, '--to', join(folder, 'acme.sql'), '--format', 'sql');
    expect(readFileSync(join(folder, 'acme.sql'), 'utf8')).toContain(
      'insert into "public"."items"',
    );
    const { stdout } = await run(
      ...['tenants', 'erase', acme, '--yes-erase', acme, '--by', 'olga', '--json'],
      ...['--url', world.ownerUrl],
    );
    const [{ certificate }] = JSON.parse(stdout);
    expect(JSON.parse(certificate)).toMatchObject({ tenant: acme, erasedBy: 'olga' });
    expect(Object.values(await rowsOf(null, acme)).flat()).toEqual([]);
    expect(await rowsOf(null, globex)).toEqual(others);
    // an id that was erased stays refused
    await world.ask(null, 'delete from tenantry.placements');
    await run('tenants', 'import', join(folder, 'acme'), '--url', world.ownerUrl);
    expect(await rowsOf(null, acme)).toEqual(before);
    const verified = await run('audit', 'verify', '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    await world.enter(world.open(), acme, ada, async () => {
      await pool.query('insert into items (title) values ($1)', ['after']);
    });
    expect(tenancy.dialect).toBe('citus');
  });

  test('is erased where it lives, and on the cluster, which has its names', async () => {
    const { url } = await ownDatabase();
    await run('places', 'add', 'eu4', '--url', url);
    world.urls.set('eu4', url);
    await world.ask('eu4', "insert into kinds (id, name) values (1, 'usual')");
    await run('tenants', 'move', 'globex', '--to', 'eu4');
    const { stdout } = await run(
      ...['tenants', 'erase', globex, '--yes-erase', globex, '--by', 'olga', '--json'],
      ...['--url', world.ownerUrl, '--place-url', url],
    );
    expect(JSON.parse(stdout)).toHaveLength(2);
    expect(await rowsOf(null, globex)).toEqual({});
    expect(await rowsOf('eu4', globex)).toEqual({});
  });
});
