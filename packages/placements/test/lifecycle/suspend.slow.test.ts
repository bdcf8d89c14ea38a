import type { TenantPool } from '@tenantry/core';
import { runCommand } from 'tenantry';
import { afterEach, describe, expect, it } from 'vitest';
import { acme, ada, ask, bob, featureOf, globex, places, tenancy } from '../support/world.ts';

const opened: TenantPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

async function world(...names: string[]) {
  const made = await places(...names);
  const feature = featureOf((name) => made.urls.get(name));
  const open = () => {
    const pool = made.open();
    opened.push(pool as unknown as TenantPool);
    return pool;
  };
  type Pool = ReturnType<typeof open>;
  const operator = open();
  const asSystem = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);
  const suspend = (organizationId = acme) =>
    asSystem(() => feature.suspend(operator, { organizationId, reason: 'unpaid' }));
  const restore = (organizationId = acme) =>
    asSystem(() => feature.restore(operator, { organizationId }));
  const add = (pool: Pool, title = 'x', tenant = acme) =>
    tenancy.run(tenant, () =>
      pool.query('insert into items (organization_id, title) values ($1, $2)', [tenant, title]),
    );
  const titles = (url: string, tenant = acme) =>
    ask(url, 'select title from items where organization_id = $1', [tenant]);
  return { ...made, feature, open, operator, asSystem, suspend, restore, add, titles };
}

const suspended = { code: 'TENANT_SUSPENDED', status: 403 };

describe.each(['shared', 'eu1'])('a suspended tenant in %s', (where) => {
  it('is refused by every process, and served again when it is restored', async () => {
    const { shared, urls, open, route, suspend, restore, add, titles, operator } =
      await world('eu1');
    if (where === 'eu1') await route(acme, 'eu1');
    const [stale, fresh] = [open(), open()];
    await add(stale, 'before');
    await add(stale, 'other', globex);
    await suspend();
    for (const pool of [stale, fresh]) {
      await expect(add(pool)).rejects.toMatchObject(suspended);
      await expect(add(pool)).rejects.toMatchObject(suspended);
      const inOne = tenancy.run(acme, () =>
        pool.transaction((tx) => tx.query('select 1', []) as Promise<unknown>),
      );
      await expect(inOne).rejects.toMatchObject(suspended);
      const batch = tenancy.run(acme, () => pool.batch(() => [pool.query('select 1')]));
      await expect(batch).rejects.toMatchObject(suspended);
      await add(pool, 'other', globex);
    }
    const of = urls.get(where) ?? shared;
    expect(await titles(of)).toEqual([{ title: 'before' }]);
    const work = {
      reason: 'system work',
      actor: 'test',
      write: true,
      ...(where === 'eu1' && { place: where }),
    };
    await tenancy.asSystem(work, () =>
      operator.query("update items set title = 'system' where organization_id = $1", [acme]),
    );
    expect(await restore()).toBe(true);
    expect(await restore()).toBe(false);
    for (const pool of [stale, fresh]) await add(pool, 'after');
    expect(await titles(of)).toHaveLength(3);
    expect(await titles(shared, globex)).toHaveLength(3);
  });

  it('is refused to members who enter, and hidden from others as ever', async () => {
    const { open, route, suspend, restore } = await world('eu1');
    if (where === 'eu1') await route(acme, 'eu1');
    const [stale, fresh] = [open(), open()];
    const enter = (
      pool: typeof stale,
      by: string,
      user: string,
      verify: 'now' | 'with-first-statement',
    ) =>
      pool.enter({ claim: { by, value: by === 'id' ? acme : 'acme' }, user, verify }, () =>
        pool.query('select 1'),
      );
    for (const by of ['id', 'slug']) await enter(stale, by, ada, 'now');
    await suspend();
    for (const pool of [stale, fresh]) {
      for (const by of ['id', 'slug']) {
        for (const verify of ['now', 'with-first-statement'] as const) {
          await expect(enter(pool, by, ada, verify)).rejects.toMatchObject(suspended);
          await expect(enter(pool, by, bob, verify)).rejects.toMatchObject({
            code: 'TENANT_NOT_FOUND',
          });
        }
      }
      await pool.enter({ claim: { by: 'slug', value: 'globex' }, user: bob }, () =>
        pool.query('select 1'),
      );
    }
    await restore();
    await enter(stale, 'slug', ada, 'now');
  });

  it('finishes what it has begun, and nothing begins after it', async () => {
    const { shared, urls, open, route, suspend, titles } = await world('eu1');
    if (where === 'eu1') await route(acme, 'eu1');
    const pool = open();
    const of = urls.get(where) ?? shared;
    let done = false;
    const waiting = () =>
      ask(
        of,
        "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
    let suspending: Promise<void> | undefined;
    let queued: Promise<unknown> | undefined;
    await tenancy.run(acme, () =>
      pool.transaction(async (tx) => {
        await tx.query("insert into items (organization_id, title) values ($1, 'first')", [acme]);
        suspending = tenancy
          .outside(suspend)()
          .then(() => {
            done = true;
          });
        await expect.poll(waiting).toHaveLength(1);
        queued = tenancy.outside(() =>
          tenancy.run(acme, () =>
            open().query("insert into items (organization_id, title) values ($1, 'late')", [acme]),
          ),
        )();
        queued.catch(() => {});
        expect(done).toBe(false);
        await tx.query("insert into items (organization_id, title) values ($1, 'second')", [acme]);
      }),
    );
    await suspending;
    await expect(queued).rejects.toMatchObject(suspended);
    expect(await titles(of)).toEqual([{ title: 'first' }, { title: 'second' }]);
  });
});

describe('suspend', () => {
  it('is complete when it returns, while many write and learn of other changes', async () => {
    const { shared, urls, open, route, suspend, restore, add, titles } = await world('eu1');
    const count = async () =>
      (await titles(shared)).length + (await titles(urls.get('eu1') as string)).length;
    const pools = [open(), open()];
    let going = true;
    const writers = pools.flatMap((pool) =>
      Array.from({ length: 3 }, async () => {
        while (going) {
          await add(pool).catch((error) => expect(error).toMatchObject(suspended));
        }
      }),
    );
    // others advance the epoch all the time, so that processes learn routes at any moment
    const others = (async () => {
      while (going) await route(globex, null);
    })();
    for (let round = 0; round < 4; round++) {
      const before = await count();
      await expect.poll(count).toBeGreaterThan(before);
      await suspend();
      const then = await count();
      await expect(add(pools[0] as (typeof pools)[0])).rejects.toMatchObject(suspended);
      expect(await count()).toBe(then);
      await restore();
    }
    going = false;
    await Promise.all([...writers, others]);
  });

  it('is refused in a transaction, for nobody, and in the database of a place', async () => {
    const { shared, urls, feature, operator, asSystem, suspend } = await world('eu1');
    const there = ask(urls.get('eu1') as string, "select tenantry.suspend_tenant($1, 'x')", [acme]);
    await expect(there).rejects.toThrow('PLACE_TAKEN');
    const inOne = asSystem(() =>
      operator.transaction((tx) => feature.suspend(tx, { organizationId: acme, reason: 'x' })),
    );
    await expect(inOne).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
    await expect(suspend(ada)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    expect(await ask(shared, 'select from tenantry.placements')).toEqual([]);
  });

  it('keeps the place, a tenant that gets one stays suspended, and a process in between asks', async () => {
    const { shared, open, feature, operator, asSystem, suspend, restore, add } = await world('eu1');
    await suspend();
    await asSystem(() => feature.place(operator, { organizationId: acme, place: 'eu1' })).catch(
      (error) => expect(error).toMatchObject({ code: 'TENANT_HAS_ROWS' }),
    );
    await expect(add(open())).rejects.toMatchObject(suspended);
    await ask(shared, 'delete from memberships where organization_id = $1', [acme]);
    await asSystem(() => feature.place(operator, { organizationId: acme, place: 'eu1' }));
    await expect(add(open())).rejects.toMatchObject(suspended);
    await restore();
    expect(
      await ask(shared, 'select place, suspended_at, moving from tenantry.placements'),
    ).toEqual([{ place: 'eu1', suspended_at: null, moving: false }]);
  });

  it('says who could not be told, and the same call finishes it', async () => {
    const { urls, route, open, suspend, add } = await world('eu1');
    await route(acme, 'eu1');
    const pool = open();
    await add(pool);
    const url = urls.get('eu1') as string;
    urls.delete('eu1');
    await expect(suspend()).rejects.toMatchObject({ code: 'PLACE_UNAVAILABLE' });
    urls.set('eu1', url);
    await suspend();
    await expect(add(pool)).rejects.toMatchObject(suspended);
  });
});

it('tenantry tenants suspend, list and restore name a tenant by its slug', async () => {
  const { shared, feature, open, add } = await world('eu1');
  const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
  const run = (...args: string[]) => runCommand(config, ['tenants', ...args]);
  expect(await run('suspend', 'acme', '--reason', 'unpaid')).toMatchObject({ code: 0 });
  await expect(add(open())).rejects.toMatchObject(suspended);
  expect(JSON.parse((await run('list', '--json')).stdout)).toEqual([
    {
      id: acme,
      slug: 'acme',
      place: null,
      state: 'suspended',
      suspendedAt: expect.stringMatching(/^20.*Z$/),
      reason: 'unpaid',
    },
    { id: globex, slug: 'globex', place: null, state: 'active', suspendedAt: null, reason: null },
  ]);
  expect((await run('list')).stdout).toContain('suspended');
  expect((await run('restore', acme)).stdout).toContain('is served again');
  await add(open());
  expect((await run('suspend', 'nobody', '--reason', 'x')).stderr).toContain('TENANT_NOT_FOUND');
});
