import { citusUrl } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { moveTenant } from '../../src/move/move-tenant.ts';
import {
  acme,
  ada,
  audit,
  bob,
  citusWorld,
  globex,
  limits,
  tenancy,
  type World,
  work,
} from './world.ts';
import { writersOf } from './writers.ts';

/** The rows are the same; the last entries are sealed before they leave. */
function expectSame(there: Rows, before: Rows) {
  const { [seals]: sealed = [], ...rows } = there;
  const { [seals]: sealedBefore = [], ...rowsBefore } = before;
  expect(rows).toEqual(rowsBefore);
  expect(sealed).toEqual(expect.arrayContaining(sealedBefore));
}

type Rows = Record<string, string[]>;
const seals = 'tenantry.audit_seals';

describe.skipIf(citusUrl() === undefined)('a move between a cluster and a database', () => {
  let world: World;
  let pool: ReturnType<World['open']>;
  beforeAll(async () => {
    world = await citusWorld('eu1');
    pool = world.open();
    await world.tenant(pool, acme, 'acme', ada);
    await world.tenant(pool, globex, 'globex', bob);
    await world.fill(pool, acme, ada);
    await world.fill(pool, globex, bob);
  }, 120_000);

  const titles = () =>
    world.enter(pool, acme, ada, async () =>
      (await pool.query('select title from items order by title')).rows.map(({ title }) => title),
    );

  const verified = async () => {
    for (const place of [undefined, 'eu1']) {
      const report = await tenancy.asSystem(
        { ...work, ...(place !== undefined && { place }) },
        async () => {
          await audit.seal(pool);
          return audit.verify(pool);
        },
      );
      expect({ place, ...report }).toMatchObject({ ok: true });
    }
  };

  test('brings all rows there, and leaves only its own on the cluster', async () => {
    const seen = await titles();
    const others = await world.rowsAt(null, globex);
    const before = await world.rowsAt(null, acme);
    for (const table of ['public.role_permissions', 'public.audit_logs', 'tenantry.rbac_versions'])
      expect(before).toHaveProperty([table]);
    const moved = await world.move(pool, acme, 'eu1');
    expect(moved).toMatchObject({ from: 'shared', to: 'eu1' });
    const there = await world.rowsAt('eu1', acme);
    expectSame(there, before);
    const left = await world.rowsAt(null, acme);
    expect(Object.keys(left).sort()).toEqual(['public.organizations', 'public.slugs']);
    expectSame(await world.rowsAt(null, globex), others);
    expect(await titles()).toEqual(seen);
    await verified();
    await world.enter(pool, acme, ada, () =>
      pool.query("insert into items (title) values ('in eu1')"),
    );
  });

  test('takes roles, limits and the numbers of rows along', async () => {
    const numbers = async (place: string | null) =>
      (
        await world.ask(place, 'select number::int from items where organization_id = $1', [acme])
      ).map(({ number }) => number);
    const before = Math.max(...(await numbers('eu1')));
    await world.enter(pool, acme, ada, () =>
      pool.query("insert into items (title) values ('next')"),
    );
    expect(Math.max(...(await numbers('eu1')))).toBeGreaterThan(before);
    const stranger = pool.enter({ claim: { by: 'slug', value: 'acme' }, user: bob }, () =>
      titles(),
    );
    await expect(stranger).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    const of = { organizationId: acme };
    const id = await world.asSystem(() =>
      limits.addOverride(pool, { ...of, feature: 'items', set: 3, reason: 'r', actor: 'a' }),
    );
    const more = () =>
      world.enter(pool, acme, ada, () => pool.query("insert into items (title) values ('more')"));
    await expect(more()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await world.asSystem(() => limits.endOverride(pool, { ...of, id }));
    await more();
    expect(new Set(await numbers('eu1')).size).toBe((await numbers('eu1')).length);
  });

  test('and back', async () => {
    const seen = await titles();
    const before = await world.rowsAt('eu1', acme);
    await world.move(pool, acme, null);
    const there = await world.rowsAt(null, acme);
    expectSame(there, before);
    expect(await world.rowsAt('eu1', acme)).toEqual({});
    await verified();
    expect(await titles()).toEqual(seen);
    await world.enter(pool, acme, ada, () =>
      pool.query("insert into items (title) values ('on the cluster')"),
    );
  });

  test('under writers, again and again, loses nothing and reads nothing old', async () => {
    const [one, other] = [world.open(), world.open()];
    const writers = writersOf(world, [one, one, other, other]);
    for (const to of ['eu1', null, 'eu1', null]) {
      const rounds = writers.rounds();
      await world.move(pool, acme, to);
      await writers.pass(rounds + 8);
    }
    const left = await writers.stop();
    const rows = await world.ask(
      null,
      "select id, title from items where organization_id = $1 and title ~ '^[0-9]'",
      [acme],
    );
    expect(new Map(rows.map(({ id, title }) => [id, title]))).toEqual(left);
    await verified();
  }, 120_000);

  test('refuses a stale route, and waits for a transaction that has begun', async () => {
    const stale = world.open();
    const read = () =>
      world.enter(
        stale,
        acme,
        ada,
        async () => (await stale.query('select title from items')).rows.length,
      );
    const before = await read();
    let commit = () => {};
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const writing = world.enter(stale, acme, ada, () =>
      stale.transaction(async (tx) => {
        await tx.query("insert into items (title) values ('open')");
        begun();
        await mayCommit;
      }),
    );
    await hasBegun;
    const moving = world.move(pool, acme, 'eu1');
    await world.somebodyWaits();
    commit();
    await Promise.all([writing, moving]);
    // it has not heard of the move: the cluster refuses its statement, and it follows
    expect(await read()).toBe(before + 1);
    expect(await world.ask(null, 'select 1 from items where organization_id = $1', [acme])).toEqual(
      [],
    );
    await world.move(pool, acme, null);
    expect(await read()).toBe(before + 1);
  });

  test('waits for what is prepared on a worker and not ended', async () => {
    const [worker = ''] = world.cluster.workers;
    await withClient(worker, async (client) => {
      await client.query('begin');
      await client.query('create table left_behind (id int)');
      await client.query("prepare transaction 'citus_0_4711_1_1'");
    });
    try {
      const short = () =>
        world.asSystem(() => moveTenant({ ...world.moving(pool, acme), waitMs: 300 }, 'eu1'));
      await expect(short()).rejects.toMatchObject({ code: 'MOVE_BLOCKED' });
    } finally {
      await withClient(worker, (client) => client.query("rollback prepared 'citus_0_4711_1_1'"));
    }
    expect(await world.ask(null, 'select 1 from tenantry.moves')).toEqual([]);
  });

  test('refuses what does not fit, and nothing has changed', async () => {
    const before = await world.rowsAt(null, acme);
    await world.ask('eu1', 'delete from kinds');
    await expect(world.move(pool, acme, 'eu1')).rejects.toMatchObject({
      code: 'MOVE_REFUSED',
      found: expect.stringContaining('kinds'),
    });
    await world.ask('eu1', "insert into kinds (id, name) values (1, 'usual')");
    expect(await world.rowsAt('eu1', acme)).toEqual({});
    expectSame(await world.rowsAt(null, acme), before);
    expect(await world.ask(null, 'select 1 from tenantry.moves')).toEqual([]);
  });
});
