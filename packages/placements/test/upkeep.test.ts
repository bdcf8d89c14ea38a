import type { TenantPool } from '@tenantry/core';
import { runStatement, statement } from '@tenantry/core/sql';
import type { UpkeepTask } from '@tenantry/rls/feature';
import { runUpkeep, startUpkeep } from '@tenantry/rls/upkeep';
import { afterAll, expect, it } from 'vitest';
import { acme, ask, globex, places } from './support/world.ts';

const { shared, urls, open, route } = await places('eu1', 'eu2', 'eu3');
const opened: TenantPool[] = [];
afterAll(() => Promise.all(opened.map((pool) => pool.end())));
const pooled = (...options: Parameters<typeof open>) => {
  const pool = open(...options) as unknown as TenantPool;
  opened.push(pool);
  return pool;
};
await route(acme, 'eu1');
await route(globex, 'eu2');
for (const url of [shared, ...urls.values()])
  await ask(url, "insert into items (organization_id, title) values ($1, 'old')", [acme]);

const sweep: UpkeepTask = {
  name: 'old items',
  everyMs: 60_000,
  async run(db) {
    const gone = await runStatement(
      db,
      statement`delete from items where title = 'old' returning title`,
    );
    return { done: true, did: { items: gone.length }, left: 0 };
  },
};
const left = async () => {
  const found = await Promise.all(
    [shared, ...urls.values()].map((url) => ask(url, "select from items where title = 'old'")),
  );
  return found.map(({ length }) => length);
};

it('is done in every database in which tenants live, and one that is down stops no other', async () => {
  const pool = pooled({}, {}, (url) =>
    url.includes(new URL(urls.get('eu1') as string).pathname)
      ? 'postgres://a:b@127.0.0.1:1/x'
      : url,
  );
  const turns = await runUpkeep(pool, { tasks: [sweep] });
  expect(turns).toEqual([
    { of: 'application', task: 'old items', report: { done: true, did: { items: 1 }, left: 0 } },
    {
      of: 'application',
      task: 'old items',
      place: 'eu1',
      error: expect.objectContaining({ code: 'POOL_UNAVAILABLE' }),
    },
    {
      of: 'application',
      task: 'old items',
      place: 'eu2',
      report: { done: true, did: { items: 1 }, left: 0 },
    },
  ]);
  expect(await left()).toEqual([0, 1, 0, 1]);
});

it('that a process does goes to each of them too', async () => {
  const pool = pooled();
  const reports: (string | undefined)[] = [];
  const upkeep = startUpkeep(pool, {
    tasks: [sweep],
    onReport: (_of, _task, _report, place) => reports.push(place),
  });
  await expect.poll(() => reports).toEqual([undefined, 'eu1', 'eu2']);
  await upkeep.stop();
  expect(await left()).toEqual([0, 0, 0, 1]);
});
