import { startTestServer } from '@tenantry/testing';
import { expect, it } from 'vitest';
import { moveTenant } from '../../src/move/move-tenant.ts';
import { ask } from '../support/world.ts';
import { crasher, crashServers } from './crash.ts';
import { acme, placesOn, tenancy } from './world.ts';

it.each(['on', 'off'] as const)(
  'a move whose source or target crashes is finished or taken back, with synchronous_commit %s',
  async (commits) => {
    await crashServers(5, commits);
  },
  900_000,
);

it('what has moved is on the disk of the source, and is erased there after a crash', async () => {
  const settings = { synchronous_commit: 'off', wal_writer_delay: '10s' };
  const server = await startTestServer({ settings });
  try {
    const made = await placesOn({ places: server }, 'eu1');
    await made.tenant(acme, 'acme', 5);
    const pool = made.open();
    pool.on('error', () => {});
    await made.move(pool, acme, 'eu1');
    // the next numbers of a sequence write nothing, and a commit that has written nothing waits for nothing
    const eu1 = made.urlOf('eu1');
    for (let i = 0; i < 2; i++) await ask(eu1, "select nextval('tenantry.route_epoch')");
    await tenancy.run(acme, () => pool.query('select 1')); // reads the epoch again
    await tenancy.run(acme, () =>
      pool.query("insert into items (title, kind) select 'late', 1 from generate_series(1, 20)"),
    );
    const crash = await crasher(eu1);
    let crashed: Promise<void> | undefined;
    const progress = (what: string) => {
      if (what === 'erasing at the source') crashed ??= crash();
    };
    const move = () =>
      made.asSystem(() => moveTenant({ ...made.moving(pool, acme), progress }, null));
    await move().catch(() => {});
    expect(crashed).toBeDefined();
    await crashed;
    await move();
    expect((await made.rowsAt(null, acme)).items).toHaveLength(25);
    expect((await made.rowsAt('eu1', acme)).items).toEqual([]);
    await pool.end();
  } finally {
    await server.stop();
  }
});
