import type { TenantPool } from '@tenantry/core';
import { afterAll, expect, it } from 'vitest';
import { acme, ask, featureOf, globex, places } from './support/world.ts';

const placements = featureOf(() => undefined);
const world = await places('eu1', 'eu2', 'eu3');
const opened: TenantPool[] = [];
const open = (...options: Parameters<typeof world.open>) => {
  const pool = world.open(...options) as unknown as TenantPool;
  opened.push(pool);
  return pool;
};
afterAll(() => Promise.all(opened.map((pool) => pool.end())));

const job = { reason: 'a report', actor: 'tests' };
const titles = async (pool: TenantPool) =>
  (await pool.query('select title from items order by title')).rows.map(({ title }) => title);

for (const [place, title] of [
  [world.shared, 'shared'],
  ...['eu1', 'eu2', 'eu3'].map((name) => [world.urls.get(name) as string, name] as const),
] as const) {
  await ask(place, 'insert into items (organization_id, title) values ($1, $2), ($3, $2)', [
    acme,
    title,
    globex,
  ]);
}

it('reads the rows of all tenants in every place', async () => {
  const pool = open();
  const found = new Map<string | null, unknown>();
  for await (const answer of placements.acrossTenants(pool, job, () => titles(pool)))
    found.set(answer.place, answer.ok ? answer.value : answer.error);
  expect(found).toEqual(
    new Map([
      [null, ['shared', 'shared']],
      ['eu1', ['eu1', 'eu1']],
      ['eu2', ['eu2', 'eu2']],
      ['eu3', ['eu3', 'eu3']],
    ]),
  );
});

it('gives the error of a place that fails, and the answers of the others', async () => {
  const pool = open({}, {}, (url) =>
    url.includes(new URL(world.urls.get('eu2') as string).pathname)
      ? 'postgres://a:b@127.0.0.1:1/x'
      : url,
  );
  const answers: unknown[] = [];
  for await (const answer of placements.acrossTenants(pool, job, () => titles(pool)))
    answers.push(answer.ok ? answer.place : [answer.place, (answer.error as Error).message]);
  expect(answers).toHaveLength(4);
  expect(answers).toContainEqual(['eu2', expect.stringContaining('POOL_UNAVAILABLE')]);
});

it('reads only so many places at a time', async () => {
  const pool = open();
  let now = 0;
  let most = 0;
  const answers = placements.acrossTenants(pool, { ...job, parallel: 2 }, async () => {
    most = Math.max(most, ++now);
    await pool.query('select pg_sleep(0.05)');
    now--;
  });
  let count = 0;
  for await (const answer of answers) count += answer.ok ? 1 : 0;
  expect([count, most]).toEqual([4, 2]);
});

it('cancels what still runs when its reader leaves, and writes nothing', async () => {
  const pool = open();
  const began = performance.now();
  for await (const answer of placements.acrossTenants(pool, job, (place) =>
    pool.query(place === null ? 'select 1' : 'select pg_sleep(120)'),
  )) {
    expect(answer.place).toBe(null);
    break;
  }
  expect(performance.now() - began).toBeLessThan(60_000);
  for await (const answer of placements.acrossTenants(pool, job, () =>
    pool.query('delete from items'),
  ))
    expect(answer).toMatchObject({ ok: false, error: { code: '25006' } });
});

it('refuses a wrong number of places at a time', async () => {
  const answers = placements.acrossTenants(open(), { ...job, parallel: 0 }, () => 1);
  await expect(answers.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
