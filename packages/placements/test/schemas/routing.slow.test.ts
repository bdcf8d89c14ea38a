import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import {
  acme,
  ada,
  ask,
  feature,
  globex,
  initech,
  put,
  type Querying,
  read,
  tenancy,
  two,
  world,
} from './world.ts';

/** Statements of this database that wait for an advisory lock; others run on the same server. */
const waitingForLock = `select 1 from pg_locks where locktype = 'advisory' and not granted
  and database = (select oid from pg_database where datname = current_database())`;

describe('a tenant with a schema of its own', () => {
  it('reads and writes there, and others do not', async () => {
    const { open, titles } = await two();
    const pool = open();
    for (const [tenant, title] of [
      [acme, 'of acme'],
      [globex, 'of globex'],
      [initech, 'of initech'],
    ] as const) {
      await tenancy.run(tenant, () => put(pool, title));
      await tenancy.run(tenant, () => pool.transaction((tx) => put(tx, `${title}, later`)));
      await tenancy.run(tenant, () => pool.batch(() => [put(pool, `${title}, too`)]));
      expect(await tenancy.run(tenant, () => read(pool))).toEqual([
        title,
        `${title}, later`,
        `${title}, too`,
      ]);
    }
    expect(await titles('t_acme')).toHaveLength(3);
    expect(await titles('t_globex')).toHaveLength(3);
    expect(await titles('public')).toEqual(['of initech', 'of initech, later', 'of initech, too']);
  });

  it('has the tables that stay, with their rows, types and keys', async () => {
    const { open } = await two();
    const pool = open();
    await tenancy.run(acme, async () => {
      await pool.query('insert into items (title, by) values ($1, $2)', ['mine', ada]);
      const { rows } = await pool.query(
        `select u.email, count(*)::int as n, min(i.status::text) as status
         from users u join items i on i.by = u.id where i.status = 'open'::status group by u.id`,
      );
      expect(rows).toEqual([{ email: 'ada@example.com', n: 1, status: 'open' }]);
      const stranger = pool.query('insert into items (title, by) values ($1, gen_random_uuid())', [
        'x',
      ]);
      await expect(stranger).rejects.toMatchObject({ code: '23503' });
      await pool.query(
        `insert into notes (item, text) select id, 'a note' from items where title = $1`,
        ['mine'],
      );
      await pool.query('delete from items');
      expect((await pool.query('select from notes')).rows).toEqual([]);
    });
  });

  it('sees and writes no row of another tenant there', async () => {
    const { url, open, titles } = await two();
    const pool = open();
    await ask(url, 'insert into t_acme.items (organization_id, title) values ($1, $2)', [
      globex,
      'foreign',
    ]);
    await tenancy.run(acme, async () => {
      expect(await read(pool)).toEqual([]);
      await pool.query('delete from items');
      const foreign = pool.query('insert into items (organization_id, title) values ($1, $2)', [
        globex,
        'x',
      ]);
      await expect(foreign).rejects.toMatchObject({ code: '42501' });
    });
    expect(await titles('t_acme')).toEqual(['foreign']);
  });

  it('is entered by id and by slug, and membership decides', async () => {
    const { open } = await two();
    const pool = open();
    await tenancy.run(acme, () => put(pool, 'inside'));
    const stranger = '00000000-0000-4000-8000-0000000000ff';
    for (const claim of [
      { by: 'id', value: acme },
      { by: 'slug', value: 'acme' },
    ]) {
      for (const verify of ['now', 'with-first-statement'] as const) {
        expect(await pool.enter({ claim, user: ada, verify }, () => read(pool))).toEqual([
          'inside',
        ]);
        const refused = pool.enter({ claim, user: stranger, verify }, () => read(pool));
        await expect(refused).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
      }
    }
  });

  it('is reached by system work that names it, also where it was added later', async () => {
    const made = await two();
    const pool = made.open();
    await tenancy.run(acme, () => put(pool, 'inside'));
    const entry = { reason: 'a report', actor: 'test' };
    expect(await tenancy.asSystem(entry, () => read(pool))).toEqual([]);
    const inside = { ...entry, place: 'acme_own' };
    expect(await tenancy.asSystem(inside, () => read(pool))).toEqual(['inside']);
    expect(await made.add('third', 't_third')).toMatchObject({ code: 0 });
    const third = { ...entry, place: 'third' };
    expect(await tenancy.asSystem(third, () => read(pool))).toEqual([]);
  });

  it('gets its place by placements.place, whatever stands in the tables that stay', async () => {
    const made = await world();
    expect(await made.add('own', 't_own')).toMatchObject({ code: 0 });
    const pool = made.open();
    const other = made.open();
    await tenancy.run(acme, () => read(other)); // knows it as shared
    const asSystem = <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'sign-up', actor: 'test', write: true }, fn);
    const placing = () =>
      asSystem(() => feature.place(pool, { organizationId: acme, place: 'own' }));
    await ask(made.url, 'insert into items (organization_id, title) values ($1, $2)', [acme, 'x']);
    await expect(placing()).rejects.toMatchObject({
      code: 'TENANT_HAS_ROWS',
      message: expect.stringContaining('public.items'),
    });
    await ask(made.url, 'delete from items');
    await placing();
    for (const each of [other, pool]) await tenancy.run(acme, () => put(each, `${each === pool}`));
    expect(await ask(made.url, 'select count(*)::int as n from t_own.items')).toEqual([{ n: 2 }]);
    expect(await asSystem(() => feature.places(pool))).toEqual([
      { name: 'own', schema: 't_own', tenants: 1 },
    ]);
  });
});

describe('a name that the schema lacks', () => {
  it('is an error, and never a shared table', async () => {
    const { url, open, titles } = await two();
    const pool = open();
    await ask(url, 'drop table t_acme.notes');
    await tenancy.run(acme, async () => {
      for (const text of [
        'select * from notes',
        `insert into notes (item, text) values (gen_random_uuid(), 'x')`,
        `update notes set text = ''`,
        'delete from notes',
        'table notes',
      ])
        await expect(pool.query(text)).rejects.toMatchObject({ code: '42809' });
    });
    await ask(url, 'drop schema t_acme cascade');
    await tenancy.run(acme, () => expect(put(pool, 'x')).rejects.toMatchObject({ code: '42809' }));
    await ask(url, 'revoke usage on schema t_globex from schemas_app');
    await tenancy.run(globex, () =>
      expect(put(pool, 'x')).rejects.toMatchObject({ code: '42809' }),
    );
    expect(await titles('public')).toEqual([]);
  });

  it('is found as soon as it is there, under the name of the same statement', async () => {
    const made = await two();
    const pool = made.open({ max: 1 });
    await ask(made.url, 'drop table t_acme.notes');
    await tenancy.run(acme, async () => {
      const count = () => pool.query('select count(*)::int as n from notes');
      await expect(count()).rejects.toMatchObject({ code: '42809' });
      expect(await made.add('acme_own', 't_acme')).toMatchObject({ code: 0 });
      expect((await count()).rows).toEqual([{ n: 0 }]);
    });
  });
});

describe('the fence', () => {
  it('sends statements, transactions and batches after a route that has changed', async () => {
    const { open, route, titles } = await two();
    const pool = open();
    await tenancy.run(acme, async () => {
      await put(pool, 'first');
      await route(acme, null);
      await put(pool, 'statement');
      await route(acme, 'globex_own');
      await pool.transaction((tx) => put(tx, 'transaction'));
      await route(acme, null);
      await pool.batch(() => [put(pool, 'batch')]);
      const client = await pool.connect();
      try {
        await route(acme, 'acme_own');
        await put(client as unknown as Querying, 'client');
      } finally {
        client.release();
      }
    });
    expect(await titles('t_acme')).toEqual(['client', 'first']);
    expect(await titles('t_globex')).toEqual(['transaction']);
    expect(await titles('public')).toEqual(['batch', 'statement']);
  });

  it('leads to a schema that was added while a statement has waited for a move', async () => {
    const { url, add, open, titles } = await two();
    const pool = open();
    await ask(url, 'insert into tenantry.placements (tenant, moving) values ($1, true)', [initech]);
    await withClient(url, async (mover) => {
      await mover.query('select pg_advisory_lock(1953395833, hashtext($1))', [initech]);
      const waiting = tenancy.run(initech, () => put(pool, 'late'));
      const waits = () => ask(url, waitingForLock);
      await expect.poll(waits).toHaveLength(1);
      expect(await add('third', 't_third')).toMatchObject({ code: 0 });
      await mover.query("select nextval('tenantry.route_epoch')");
      await mover.query(
        "update tenantry.placements set place = 'third', moving = false where moving",
      );
      await mover.query('select pg_advisory_unlock_all()');
      await waiting;
    });
    expect(await titles('t_third')).toEqual(['late']);
  });

  it.each(['read committed', 'repeatable read', 'serializable'] as const)(
    'refuses what has waited for a move, with %s',
    async (isolationLevel) => {
      const { url, open, titles } = await two();
      const pool = open();
      await tenancy.run(acme, () => put(pool, 'before'));
      await withClient(url, async (mover) => {
        await mover.query('select pg_advisory_lock(1953395833, hashtext($1))', [acme]);
        const waiting = tenancy.run(acme, () =>
          pool.transaction((tx) => put(tx, 'after'), { isolationLevel }),
        );
        const waits = () => ask(url, waitingForLock);
        await expect.poll(waits).toHaveLength(1);
        await mover.query("select nextval('tenantry.route_epoch')");
        await mover.query('delete from tenantry.placements where tenant = $1', [acme]);
        await mover.query('select pg_advisory_unlock_all()');
        await waiting;
      });
      expect(await titles('t_acme')).toEqual(['before']);
      expect(await titles('public')).toEqual(['after']);
    },
  );
});
