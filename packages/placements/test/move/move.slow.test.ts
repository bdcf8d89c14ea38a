import type { TenantPool } from '@tenantry/core';
import { afterEach, expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { acme, ada, globex, places, tenancy } from './world.ts';
import { writersOf } from './writers.ts';

const opened: TenantPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

async function world(...names: string[]) {
  const made = await places(...names);
  const pool = made.open();
  opened.push(pool);
  await made.tenant(acme, 'acme');
  await made.tenant(globex, 'globex', 3);
  return { ...made, pool };
}

const empty = { items: [], notes: [], members: [] };

it('moves a tenant to a place, on to another one, and back, row by row', async () => {
  const { pool, move, rowsAt, routes, urlOf } = await world('eu1', 'eu2');
  const [before, others] = [await rowsAt(null, acme), await rowsAt(null, globex)];
  expect(before.items).toHaveLength(10);
  let last: string | null = null;
  for (const to of ['eu1', 'eu2', null]) {
    expect(await move(pool, acme, to)).toMatchObject({
      from: last ?? 'shared',
      to: to ?? 'shared',
    });
    expect(await rowsAt(to, acme)).toEqual(before);
    expect(await rowsAt(last, acme)).toEqual(empty);
    expect(await routes()).toEqual(to === null ? [] : [{ tenant: acme, place: to, moving: false }]);
    const entered = await pool.enter(
      { claim: { by: 'slug', value: 'acme' }, user: ada },
      async () => (await pool.query('select id from items')).rows.length,
    );
    expect(entered).toBe(10);
    last = to;
  }
  expect(await rowsAt(null, globex)).toEqual(others);
  expect(await ask(urlOf(null), 'select from tenantry.moves')).toEqual([]);
  expect(await move(pool, acme, null)).toBeUndefined();
  // numbers go on above those that came
  await move(pool, acme, 'eu1');
  await tenancy.run(acme, () =>
    pool.query(
      "insert into items (organization_id, id, title) values ($1, gen_random_uuid(), 'new')",
      [acme],
    ),
  );
  const numbers = await ask(
    urlOf('eu1'),
    'select count(*)::int as all, count(distinct number)::int as different from items',
  );
  expect(numbers).toEqual([{ all: 11, different: 11 }]);
});

it('loses no row of writers and shows them no old one, wherever the tenant goes', async () => {
  const { pool, open, move, urlOf } = await world('eu1', 'eu2');
  const [other, mover] = [open(), open()];
  opened.push(other, mover);
  const writers = writersOf([pool, pool, other, other], acme);
  for (const to of ['eu1', 'eu2', null, 'eu2']) {
    const rounds = writers.rounds();
    await expect.poll(() => writers.rounds()).toBeGreaterThan(rounds + 12);
    await move(mover, acme, to);
  }
  const rounds = writers.rounds();
  await expect.poll(() => writers.rounds()).toBeGreaterThan(rounds + 12);
  const left = await writers.stop();
  for (const place of [null, 'eu1', 'eu2']) {
    const rows = await ask(
      urlOf(place),
      "select id, title from items where organization_id = $1 and title ~ '^[0-9]'",
      [acme],
    );
    const found = new Map(rows.map(({ id, title }) => [id, title]));
    expect(found).toEqual(place === 'eu2' ? left : new Map());
  }
});

it.each([null, 'eu1'])('waits for a transaction of the tenant, at %s', async (from) => {
  const { pool, open, move, urlOf, rowsAt } = await world('eu1', 'eu2');
  if (from !== null) await move(pool, acme, from);
  const mover = open();
  opened.push(mover);
  let [began, release] = [() => {}, () => {}];
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const insert = "insert into items (organization_id, title) values ($1, 'open')";
  const writing = tenancy.run(acme, () =>
    pool.transaction(async (tx) => {
      await tx.query(insert, [acme]);
      began();
      await held;
      await tx.query(insert, [acme]);
    }),
  );
  await begun;
  const moved = move(mover, acme, 'eu2');
  const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted and
    database = (select oid from pg_database where datname = current_database())`;
  await expect.poll(() => ask(urlOf(from), waiting)).toHaveLength(1);
  release();
  await Promise.all([writing, moved]);
  expect((await rowsAt('eu2', acme)).items).toHaveLength(12);
});

it('lets sequences of the packages go on above what the tenant has seen of them', async () => {
  const { pool, move, urlOf } = await world('eu1');
  for (const [place, last] of [
    [null, 70],
    ['eu1', 3],
  ] as const)
    await ask(
      urlOf(place),
      `create sequence tenantry.tokens; alter sequence tenantry.tokens owner to placements_mover;
       select setval('tenantry.tokens', ${last})`,
    );
  const epochs = async () =>
    (await ask(urlOf('eu1'), "select pg_sequence_last_value('tenantry.route_epoch') as n"))[0]?.n;
  const [next, epoch] = ["select nextval('tenantry.tokens') as n", await epochs()];
  await move(pool, acme, 'eu1');
  expect(await ask(urlOf('eu1'), next)).toEqual([{ n: '71' }]);
  expect(await epochs()).toBe(epoch);
  await move(pool, acme, null);
  expect(await ask(urlOf(null), next)).toEqual([{ n: '72' }]);
});
