import { withClient } from '@tenantry/testing/schema';
import { expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { acme, ada, globex, places } from './world.ts';

it('two tenants with the same member move to a place at once', async () => {
  const { open, tenant, move, urlOf, rowsAt } = await places('eu1');
  await tenant(acme, 'acme', 5);
  await tenant(globex, 'globex', 5);
  const pool = open();
  const eu1 = urlOf('eu1');
  const waiting = () =>
    ask(
      eu1,
      "select from pg_stat_activity where datname = current_database() and wait_event = 'transactionid'",
    );
  try {
    await withClient(eu1, async (client) => {
      // what another move does
      await client.query('begin');
      await client.query("insert into users (id, email) values ($1, 'ada@acme.example')", [ada]);
      const moving = move(pool, acme, 'eu1');
      await expect.poll(waiting).toHaveLength(1);
      await client.query('commit');
      expect(await moving).toMatchObject({ to: 'eu1' });
    });
    await move(pool, acme, null);
    await ask(eu1, 'delete from users');
    await Promise.all([move(pool, acme, 'eu1'), move(pool, globex, 'eu1')]);
    for (const each of [acme, globex]) {
      const { items, members } = await rowsAt('eu1', each);
      expect([items.length, members.length]).toEqual([5, 1]);
    }
  } finally {
    await pool.end();
  }
});
