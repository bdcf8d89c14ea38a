import type { TenantPool, TenantryError } from '@tenantry/core';
import { startProxyProcess } from '@tenantry/testing/proxy';
import { afterEach, describe, expect, it } from 'vitest';
import { acme, ada, ask, bob, globex, places, tenancy } from './support/world.ts';

/** Statements of this database that wait for an advisory lock; others run on the same server. */
const waitingForLock = `select 1 from pg_locks where locktype = 'advisory' and not granted
  and database = (select oid from pg_database where datname = current_database())`;

const opened: TenantPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

async function world(...names: string[]) {
  const made = await places(...names);
  const open: typeof made.open = (...options) => {
    const pool = made.open(...options);
    opened.push(pool as unknown as TenantPool);
    return pool;
  };
  const titles = async (url: string) =>
    (await ask(url, 'select title from items order by title')).map(({ title }) => title);
  return { ...made, open, titles };
}

/** A proxy in front of the server, which counts round trips. */
async function proxied(url: string) {
  const { hostname, port } = new URL(url);
  const proxy = await startProxyProcess({ target: { host: hostname, port: Number(port) } });
  const through = (to: string) => {
    const own = new URL(to);
    own.port = String(proxy.port);
    return own.href;
  };
  return { proxy, through };
}

const initech = '00000000-0000-4000-8000-00000000000c';

const add = (pool: { query(text: string, values: unknown[]): unknown }, title: string) =>
  pool.query(
    `insert into items (organization_id, title) select current_setting('app.organization_id')::uuid, $1`,
    [title],
  );

describe('a tenant with a database of its own', () => {
  it('reads and writes there, and others stay where they were', async () => {
    const { shared, urls, open, route, titles } = await world('eu1');
    await route(acme, 'eu1');
    const pool = open();
    await tenancy.run(acme, () => add(pool, 'of acme'));
    await tenancy.run(globex, () => add(pool, 'of globex'));
    expect(await titles(shared)).toEqual(['of globex']);
    expect(await titles(urls.get('eu1') as string)).toEqual(['of acme']);
  });

  it('is entered by id and by another claim, and membership decides', async () => {
    const { open, route } = await world('eu1');
    await route(acme, 'eu1');
    const pool = open();
    const here = async () => {
      const { rows } = await pool.query('select slug from organizations');
      return rows.map(({ slug }) => slug);
    };
    for (const claim of [
      { by: 'id', value: acme },
      { by: 'slug', value: 'acme' },
    ]) {
      for (const verify of ['now', 'with-first-statement'] as const) {
        expect(await pool.enter({ claim, user: ada, verify }, here)).toEqual(['acme']);
        await expect(pool.enter({ claim, user: bob, verify }, here)).rejects.toMatchObject({
          code: 'TENANT_NOT_FOUND',
        });
      }
    }
  });

  it('is followed by statements, transactions, batches and clients whose route is old', async () => {
    const { shared, urls, open, route, titles } = await world('eu1', 'eu2');
    const pool = open();
    await tenancy.run(acme, async () => {
      await add(pool, 'shared');
      await route(acme, 'eu1');
      await add(pool, 'statement');
      await route(acme, 'eu2');
      await pool.transaction(async (tx) => {
        await add(tx, 'transaction');
      });
      await route(acme, 'eu1');
      await pool.batch(() => [add(pool, 'batch') as Promise<unknown>]);
      const client = await pool.connect();
      try {
        await route(acme, 'eu2');
        await add(client, 'client');
      } finally {
        client.release();
      }
      await route(acme, null);
      await add(pool, 'back');
    });
    expect(await titles(shared)).toEqual(['back', 'shared']);
    expect(await titles(urls.get('eu1') as string)).toEqual(['batch', 'statement']);
    expect(await titles(urls.get('eu2') as string)).toEqual(['client', 'transaction']);
  });

  it('is found although it left a database before this process had opened it', async () => {
    const { urls, open, route, titles } = await world('eu1', 'eu2');
    await route(acme, 'eu1');
    const pool = open();
    await tenancy.run(globex, () => pool.query('select 1')); // reads that acme lives in eu1
    await route(acme, 'eu2');
    await tenancy.run(acme, () => add(pool, 'late'));
    expect(await titles(urls.get('eu1') as string)).toEqual([]);
    expect(await titles(urls.get('eu2') as string)).toEqual(['late']);
  });

  it('stays in a transaction that has begun, and the move waits for it', async () => {
    const { shared, open } = await world('eu1');
    const pool = open();
    await tenancy.run(acme, () =>
      pool.transaction(async (tx) => {
        await add(tx, 'first');
        const [{ free }] = (await ask(
          shared,
          'select pg_try_advisory_xact_lock(1953395833, hashtext($1)) as free',
          [acme],
        )) as [{ free: boolean }];
        expect(free).toBe(false);
        await add(tx, 'second');
      }),
    );
  });

  it.each(['read committed', 'repeatable read', 'serializable'])(
    'refuses a statement that has waited for the move, with %s',
    async (level) => {
      const { shared, urls, open, titles } = await world('eu1');
      const pool = open();
      await tenancy.run(acme, () => add(pool, 'before'));
      const { withClient } = await import('@tenantry/testing/schema');
      await withClient(shared, async (mover) => {
        await mover.query('select pg_advisory_lock(1953395833, hashtext($1))', [acme]);
        const waiting = tenancy.run(acme, () =>
          pool.transaction((tx) => add(tx, level) as Promise<unknown>, {
            isolationLevel: level as 'serializable',
          }),
        );
        await expect.poll(() => ask(shared, waitingForLock)).toHaveLength(1);
        await mover.query("select nextval('tenantry.route_epoch')");
        await mover.query("insert into tenantry.placements (tenant, place) values ($1, 'eu1')", [
          acme,
        ]);
        await mover.query('select pg_advisory_unlock_all()');
        await waiting;
      });
      expect(await titles(shared)).toEqual(['before']);
      expect(await titles(urls.get('eu1') as string)).toEqual([level]);
    },
  );

  it('gets a 503 while its database is down, and nobody else does', async () => {
    const { open, route } = await world('eu1', 'gone');
    await route(acme, 'unknown-to-connect').catch(() => {});
    await route(acme, 'gone');
    const pool = open({}, { connect: () => 'postgres://nobody@127.0.0.1:1/none' });
    await expect(tenancy.run(acme, () => add(pool, 'x'))).rejects.toMatchObject({
      code: 'POOL_UNAVAILABLE',
      status: 503,
    });
    await tenancy.run(globex, () => add(pool, 'y'));
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an empty text', () => ''],
    ['a number', () => 5432],
    ['an error', () => Promise.reject(new Error('postgres://app:secret@db is locked'))],
  ])('gets a 503 with a fix when connect gives %s, and no secret', async (_, connect) => {
    const { open, route } = await world('eu1');
    await route(acme, 'eu1');
    const pool = open({}, { connect });
    const error = await tenancy
      .run(acme, () => add(pool, 'x') as Promise<unknown>)
      .then(
        () => undefined,
        (thrown: TenantryError) => thrown,
      );
    expect(error).toMatchObject({ code: 'PLACE_UNAVAILABLE', status: 503 });
    expect(error?.message).toContain('option connect');
    expect(error?.message).not.toContain('secret');
    await tenancy.run(globex, () => add(pool, 'y'));
  });

  it('is refused in a wrong database', async () => {
    const { open, route, shared, urls } = await world('eu1', 'eu2');
    await route(acme, 'eu1');
    for (const wrong of [shared, urls.get('eu2') as string]) {
      const pool = open(
        {},
        {
          connect: () => {
            const url = new URL(wrong);
            return url.href;
          },
        },
      );
      await expect(tenancy.run(acme, () => add(pool, 'x'))).rejects.toMatchObject({
        code: 'PLACE_UNAVAILABLE',
      });
    }
  });
});

it('a statement that waits for a connection does not go to a place that its tenant leaves meanwhile', async () => {
  const { shared, urls, open, route, titles } = await world('eu1');
  const pool = open({ max: 1 });
  const asSystem = () =>
    tenancy.asSystem({ reason: 'test', actor: 'test' }, () => pool.query('select 1'));
  await tenancy.run(globex, () => pool.query('select 1'));
  await asSystem();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = tenancy.run(globex, () =>
    pool.transaction(async (tx) => {
      await tx.query('select 1');
      await held;
    }),
  );
  await expect.poll(() => pool.idleCount).toBe(1);
  await route(initech, 'eu1');
  // refused at a login of its own, it waits for the only connection to read the routes again
  const refreshed = asSystem();
  await expect.poll(() => pool.waitingCount).toBe(1);
  const before = tenancy.run(globex, () => pool.query('select 1'));
  await expect.poll(() => pool.waitingCount).toBe(2);
  const late = tenancy.run(acme, () => add(pool, 'late') as Promise<unknown>);
  await expect.poll(() => pool.waitingCount).toBe(3);
  await route(acme, 'eu1');
  release();
  await holding;
  await Promise.all([refreshed, before, late]);
  expect(await titles(shared)).toEqual([]);
  expect(await titles(urls.get('eu1') as string)).toEqual(['late']);
});

describe('a claim', () => {
  it('that has gone to another tenant is looked up again', async () => {
    const { shared, urls, open, route } = await world('eu1');
    await route(acme, 'eu1');
    const pool = open();
    const enter = (user: string) =>
      pool.enter({ claim: { by: 'slug', value: 'acme' }, user }, async () => {
        const { rows } = await pool.query('select id from organizations');
        return rows.map(({ id }) => id);
      });
    expect(await enter(ada)).toEqual([acme]);
    for (const url of [shared, ...urls.values()]) {
      await ask(url, "update organizations set slug = 'acme-old' where id = $1", [acme]);
      await ask(url, "update organizations set slug = 'acme' where id = $1", [globex]);
    }
    expect(await enter(bob)).toEqual([globex]);
    await expect(enter(ada)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  it('of a stranger costs two round trips, however often it is refused', async () => {
    const { shared, open, route } = await world('eu1');
    await route(acme, 'eu1');
    const { proxy, through } = await proxied(shared);
    try {
      const pool = open({}, {}, through);
      const enter = (slug: string) =>
        pool
          .enter({ claim: { by: 'slug', value: slug }, user: bob }, async () => 'in')
          .catch(({ code }) => code);
      expect(await enter('acme')).toBe('TENANT_NOT_FOUND');
      await proxy.reset();
      for (let i = 0; i < 4; i++) expect(await enter('acme')).toBe('TENANT_NOT_FOUND');
      expect((await proxy.stats()).roundTrips).toBe(8);
      await proxy.reset();
      expect(await enter('nobody')).toBe('TENANT_NOT_FOUND');
      expect((await proxy.stats()).roundTrips).toBe(1);
    } finally {
      await Promise.all(opened.splice(0).map((pool) => pool.end()));
      await proxy.close();
    }
  });
});

it('a pool whose own connection leads to a place is refused', async () => {
  const { open, urls } = await world('eu1');
  const pool = open({}, {}, (url) => {
    const own = new URL(url);
    own.pathname = new URL(urls.get('eu1') as string).pathname;
    return own.href;
  });
  await expect(tenancy.run(globex, () => pool.query('select 1'))).rejects.toMatchObject({
    code: 'PLACE_UNAVAILABLE',
  });
});

it('a scope that holds the only client does not wait for its place for ever', async () => {
  const { shared, open } = await world();
  await ask(shared, 'insert into tenantry.placements (tenant, moving) values ($1, true)', [acme]);
  const pool = open({ max: 1 });
  const nested = tenancy.run(acme, () =>
    pool.transaction(async (tx) => {
      await tx.query('select 1');
      await pool.query('select 1'); // asks where the tenant is, on the client that tx holds
    }),
  );
  await expect(nested).rejects.toMatchObject({ code: 'POOL_CHECKOUT_DEADLOCK' });
  await tenancy.run(acme, () => pool.query('select 1'));
});

it('a process that has read of a move learns of its end', async () => {
  const { shared, open, route } = await world('eu1');
  const { proxy, through } = await proxied(shared);
  try {
    await ask(shared, 'insert into tenantry.placements (tenant, moving) values ($1, true)', [acme]);
    const pool = open({}, {}, through);
    const use = () => tenancy.run(acme, () => pool.query('select 1'));
    await use();
    await route(globex, 'eu1'); // its epoch is that of this process, and nothing advances it again
    await use();
    await ask(shared, 'delete from tenantry.placements where tenant = $1', [acme]);
    await use();
    await proxy.reset();
    await use();
    expect((await proxy.stats()).roundTrips).toBe(1);
  } finally {
    await Promise.all(opened.splice(0).map((pool) => pool.end()));
    await proxy.close();
  }
});

it('a pool that ends while it opens a database closes it too', async () => {
  const { open, route } = await world('eu1');
  await route(acme, 'eu1');
  const pool = open();
  await tenancy.run(globex, () => pool.query('select 1'));
  const late = tenancy.run(acme, () => pool.query('select 1')).catch(({ code }) => code);
  opened.splice(0);
  await pool.end();
  expect(['POOL_UNAVAILABLE', undefined]).toContain(await late);
  expect(pool.totalCount).toBe(0);
});
