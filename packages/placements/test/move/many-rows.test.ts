import { expect, it } from 'vitest';
import { copyRound } from '../../src/move/copy-rows.ts';
import { differing, digestsOf } from '../../src/move/digest.ts';
import { openEnd } from '../../src/move/end-of-move.ts';
import type { Brought } from '../../src/move/round.ts';
import { ask } from '../support/world.ts';
import { acme, asOwner, places, tenancy } from './world.ts';

it('finds what is gone among many rows, beside what has changed', async () => {
  const { shared, connect, tenant } = await places('eu1');
  await tenant(acme, 'acme', 3000);
  const owners = { connect, url: asOwner(shared) };
  const source = await openEnd(null, tenancy, owners);
  const target = await openEnd('eu1', tenancy, owners);
  let last: Brought | undefined;
  const round = async () => {
    last = await copyRound({ source, target, tenancy, tenant: acme, last, copied: () => {} });
    expect(differing(await digestsOf(source), await digestsOf(target))).toEqual([]);
    await Promise.all([source.query('commit'), target.query('commit')]);
  };
  const some = (share: string) => `id in (select id from items order by id limit ${share})`;
  try {
    await round();
    for (const writes of [
      [`delete from notes where item_id in (select id from items order by id limit 40)`],
      [
        `delete from notes where item_id in (select id from items order by id desc limit 700)`,
        `delete from items where id in (select id from items order by id desc limit 700)`,
        `update items set title = 'changed' where ${some('300')}`,
        `insert into items (organization_id, title) select '${acme}', 'new' from generate_series(1, 200)`,
      ],
      [`delete from notes`, `delete from items`],
    ]) {
      for (const write of writes) await ask(shared, write);
      await round();
    }
    expect(last?.digests.find(({ table }) => table === 'items')?.rows).toBe(0);
  } finally {
    await Promise.all([source.client.end(), target.client.end()]);
  }
});

it('lets the planner know of the rows that it has brought', async () => {
  const { shared, open, tenant, move, urlOf } = await places('eu1');
  await tenant(acme, 'acme', 1200);
  // autovacuum may come a minute later
  await ask(urlOf('eu1'), 'alter table items set (autovacuum_enabled = off)');
  const pool = open();
  try {
    await move(pool, acme, 'eu1');
  } finally {
    await pool.end();
  }
  const known = await ask(
    urlOf('eu1'),
    "select reltuples::int as rows from pg_class where oid = 'items'::regclass",
  );
  expect(known).toEqual([{ rows: 1200 }]);
  expect(await ask(shared, 'select from items')).toEqual([]);
});
