import { fenceClass } from '@tenantry/core/sql';
import { withClient } from '@tenantry/testing/schema';
import { expect, it } from 'vitest';
import { fleetLockClass } from '../../src/migrate/fleet-lock.ts';
import { acme, ask, tenancy } from '../schemas/world.ts';
import { threePlacements } from './history/world.ts';

/** A mover that ends after it has changed the route, before it has erased anything. */
async function halfMoved(url: string, source: string, move: () => Promise<unknown>) {
  await ask(
    url,
    `create function public.stop() returns trigger language plpgsql as 'begin raise exception ''stop''; end';
     create trigger stop before delete on ${source}.items for each row execute function public.stop();
     alter table ${source}.items enable always trigger stop`,
  );
  await expect(move()).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
  await ask(url, 'drop function public.stop() cascade');
}

/** Waits until somebody holds a lock, or waits for it. */
const untilLocked = (url: string, lock: number, granted: boolean) =>
  expect
    .poll(() =>
      ask(
        url,
        `select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database()
           and l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.classid = $1 and l.granted = $2`,
        [lock, granted],
      ),
    )
    .toHaveLength(1);

const insert = "insert into items (title) values ('1')";

it('a run of migrate that waits for a move lets it end before it changes anything', async () => {
  const { url, eu1, pools, operators, add, moves } = await threePlacements();
  const [mover, migrator] = operators;
  await tenancy.run(acme, () => pools[0].query(insert));
  add('rows');
  const runs = await withClient(url, async (client) => {
    // a transaction of the tenant
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock_shared($1, hashtext($2))', [fenceClass, acme]);
    const moving = mover.move(acme, 'eu1');
    await untilLocked(url, fenceClass, false);
    const migrating = migrator.migrate(undefined);
    await untilLocked(url, fleetLockClass, false);
    await client.query('commit');
    return Promise.all([moving, migrating]);
  });
  expect(runs).toMatchObject([{ to: 'eu1' }, { code: 0 }]);
  expect(await moves()).toEqual([]);
  const count = 'select count(*)::int as n, sum(runs)::int as runs from items';
  expect(await ask(url, count)).toEqual([{ n: 0, runs: null }]);
  expect(await ask(eu1, count)).toEqual([{ n: 1, runs: 1 }]);
});

it('migrate changes no rows that have moved and are not erased yet', async () => {
  const { url, pools, operators, add, at } = await threePlacements();
  const [operator] = operators;
  await tenancy.run(acme, () => pools[0].query(insert));
  for (const [from, to] of [
    [null, 'acme_own'],
    ['acme_own', 'eu1'],
    ['eu1', null],
  ] as const) {
    const source = at(from);
    await halfMoved(source.url, source.schema, () => operator.move(acme, to));
    add('rows');
    const rows = () => ask(source.url, `select i::text from ${source.schema}.items i`);
    const left = await rows();
    expect(left).toHaveLength(1);
    const { code, said } = await operator.migrate(undefined, '--wait', '0');
    expect(code).toBe(1);
    expect(said).toContain(`tenants move ${acme} --to ${to ?? 'shared'}`);
    expect(await rows()).toEqual(left);
    // a run that waits lets the move be finished
    const migrating = operators[1].migrate(undefined);
    await untilLocked(url, fleetLockClass, true);
    expect(await operator.move(acme, to)).toMatchObject({ blockedMs: 0 });
    expect(await migrating).toMatchObject({ code: 0 });
    expect(await rows()).toEqual([]);
  }
  const found = await tenancy.run(acme, () => pools[0].query('select title, runs from items'));
  expect(found.rows).toEqual([{ title: '1', runs: 3 }]);
});

it('refuses a move between places that are at different migrations, where the columns are alike', async () => {
  const { url, eu1, operators, add } = await threePlacements();
  const [operator] = operators;
  add('rows');
  expect(await operator.migrate(undefined)).toMatchObject({ code: 0 });
  const refused = (title: string) => ({
    code: 'MOVE_REFUSED',
    message: expect.stringContaining(`${title} lacks the last migration`),
  });
  await ask(eu1, 'delete from drizzle.__drizzle_migrations where id = 3');
  await expect(operator.move(acme, 'eu1')).rejects.toMatchObject(refused('the place eu1'));
  const last =
    "place = 'acme_own' and created_at = (select max(created_at) from tenantry.schema_migrations)";
  await ask(url, `delete from tenantry.schema_migrations where ${last}`);
  await expect(operator.move(acme, 'acme_own')).rejects.toMatchObject(refused('the schema t_acme'));
  await ask(url, 'drop schema drizzle cascade');
  expect(await operator.move(acme, 'eu1')).toMatchObject({ to: 'eu1' });
});
