import { expect, test } from 'vitest';
import { blocked as blockedIn } from '../support/activity.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { until } from '../support/wait.ts';

const database = await coreDatabase();

test('a transaction does not wait for ever for a client that waits for its row', async () => {
  const pool = database.pool({ max: 2 });
  const update = `update projects set stars = stars + 1 where name = 'Rocket'`;
  let blocked: Promise<unknown> | undefined;
  const holder = tenancy.run(acme, async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(update);
    blocked = tenancy.run(acme, () => pool.query(update));
    await until(async () => (await blockedIn(database)) === 1, 'it waits for the row');
    // the other client is busy, with a statement that waits for this transaction
    const second = await pool.query('select 1').catch((error) => error);
    await client.query('rollback');
    client.release();
    await blocked;
    return second;
  });
  expect(await holder).toMatchObject({ code: 'POOL_CHECKOUT_DEADLOCK' });
  expect(await blocked).toMatchObject({ rowCount: 1 });
});
