import { expect, it } from 'vitest';
import { movers, type Place } from './moves.ts';
import { ada, ask, globex, initech, put, read, tenancy } from './world.ts';

it('moves a tenant into a schema, to another one, to a database and back, row by row', async () => {
  const { open, fill, move, rowsAt, routes, url, eu1, at } = await movers();
  await fill();
  await fill(globex, 3);
  const pool = await open();
  const [before, others] = [await rowsAt(null, initech), await rowsAt(null, globex)];
  expect(before).toHaveLength(40);
  const stays = () => ask(url, 'select * from memberships where organization_id = $1', [initech]);
  const members = await stays();
  let last: Place = null;
  for (const to of ['third', 'acme_own', null, 'third', 'eu1', 'acme_own', 'eu1', null] as const) {
    expect(await move(pool, initech, to)).toMatchObject({
      from: last ?? 'shared',
      to: to ?? 'shared',
    });
    expect([to, await rowsAt(to, initech)]).toEqual([to, before]);
    expect([to, await rowsAt(last, initech)]).toEqual([to, []]);
    expect(await routes()).toEqual(
      to === null ? [] : [{ tenant: initech, place: to, moving: false }],
    );
    // what stays has stayed; the row of the tenant stays in the shared database always
    if (to !== 'eu1') expect(await stays()).toEqual(members);
    else expect(await stays()).toEqual([]);
    const own = await ask(url, 'select slug from organizations where id = $1', [initech]);
    expect(own).toEqual([{ slug: 'initech' }]);
    const titles = await pool.enter({ claim: { by: 'slug', value: 'initech' }, user: ada }, () =>
      read(pool),
    );
    expect(titles).toHaveLength(20);
    // numbers go on above those that have come
    await tenancy.run(initech, () => put(pool, 'new'));
    const { schema, url: of } = at(to);
    const numbers = await ask(
      of,
      `select count(*)::int as all, count(distinct number)::int as different from ${schema}.items where organization_id = $1`,
      [initech],
    );
    expect(numbers).toEqual([{ all: 21, different: 21 }]);
    await tenancy.run(initech, () => pool.query(`delete from items where title = 'new'`));
    last = to;
  }
  expect(await rowsAt(null, globex)).toEqual(others);
  expect(await ask(url, 'select from tenantry.moves')).toEqual([]);
  expect(await ask(eu1, 'select from memberships')).toEqual([]);
  expect(await move(pool, initech, null)).toBeUndefined();
});

it('refuses a schema that is unlike, or has rows of the tenant, and changes nothing', async () => {
  const { open, fill, move, rowsAt, routes, url } = await movers();
  await fill();
  const pool = await open();
  const before = await rowsAt(null, initech);
  await ask(url, 'alter table t_third.items add column more text');
  await expect(move(pool, initech, 'third')).rejects.toMatchObject({
    code: 'MOVE_REFUSED',
    message: expect.stringContaining('the columns of items differ'),
  });
  await ask(url, `insert into t_acme.items (organization_id, title) values ($1, 'old')`, [initech]);
  await expect(move(pool, initech, 'acme_own')).rejects.toMatchObject({
    code: 'MOVE_REFUSED',
    message: expect.stringContaining('the schema t_acme has rows of the tenant in items'),
  });
  expect(await rowsAt(null, initech)).toEqual(before);
  expect(await routes()).toEqual([]);
  expect(await ask(url, 'select from tenantry.moves')).toEqual([]);
});
