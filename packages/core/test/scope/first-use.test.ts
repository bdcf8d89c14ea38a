import { startProxy } from '@tenantry/testing/proxy';
import { afterAll, expect, test } from 'vitest';
import { starsOf } from '../support/activity.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const { hostname, port } = new URL(database.url);
const proxy = await startProxy({
  target: { host: hostname, port: Number(port) },
  latencyMs: 60,
});
afterAll(() => proxy.close());

const waysToUse = {
  'a statement': (pool: ReturnType<typeof database.pool>) =>
    pool.query(`update projects set stars = stars + 1 where name = 'Rocket'`),
  'a client': (pool: ReturnType<typeof database.pool>) => pool.connect(),
};

// the first use of a pool waits for a connection and then for the check of the database: there is
// no statement yet that could be cancelled, and nothing may be sent once the scope has ended
test.each(Object.entries(waysToUse))(
  '%s that still waits for the check of a new pool is left behind like any other',
  async (_, use) => {
    const pool = database.pool({ connectionString: proxy.url(database.web), max: 1 });
    const before = await starsOf(database, 'Rocket');
    let straggler: Promise<unknown> | undefined;
    const run = tenancy.run(acme, async () => {
      straggler = use(pool);
      straggler.catch(() => {});
      await until(() => pool.waitingCount === 0, 'a client has come');
    });
    expect(await failure(run)).toMatchObject({
      code: 'SCOPE_WORK_UNFINISHED',
      found: 'a statement that waited for a client',
    });
    expect(await failure(straggler as Promise<unknown>)).toMatchObject({
      code: 'TENANT_SCOPE_ENDED',
    });
    expect(await starsOf(database, 'Rocket')).toBe(before);
    await until(() => pool.idleCount === 1, 'the client is free again');
  },
);
