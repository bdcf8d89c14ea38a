import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backends, underWay } from '../support/activity.ts';
import { coreDatabase } from '../support/database.ts';
import { until } from '../support/wait.ts';
import { notesTable, poolsFor, runAtOnce, scripts, type Tally } from './interleavings.ts';

const enough = 100_000;
const database = await coreDatabase();
await database.ask(notesTable);

test(`${enough.toLocaleString('en')} statements of random interleavings: no foreign row, no lost client, no leaked transaction`, async () => {
  const pools = poolsFor(database);
  const total: Tally = { statements: 0, foreign: 0, scopes: 0, rejected: 0 };
  const seeds: number[] = [];
  while (total.statements < enough) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    seeds.push(seed);
    // every pool works at once, each on interleavings of its own
    const scenarios = fc.sample(scripts, { seed, numRuns: 200 });
    const queue = scenarios.entries();
    await Promise.all(
      pools.map(async (pool) => {
        for (const [n, scripts] of queue) {
          const tally = await runAtOnce(pool, scripts).catch((error) => {
            throw new Error(`scenario ${n} of seed ${seed} failed`, { cause: error });
          });
          for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
        }
      }),
    );
    expect(total.foreign, `seed ${seed}`).toBe(0);
  }
  for (const pool of pools) {
    await until(
      () => pool.idleCount === pool.totalCount && pool.waitingCount === 0,
      'all are idle',
    );
  }
  await until(async () => (await underWay(database)) === 0, 'no transaction is left on the server');
  const open = await backends(database);
  const lost = pools.reduce((sum, pool) => sum + pool.totalCount - pool.idleCount, 0);
  console.log(
    `${total.statements} statements in ${total.scopes} scopes (${total.rejected} cut short or failed): ` +
      `${total.foreign} foreign rows, ${lost} lost clients, ${open.length} backends idle, none in a transaction; ` +
      `seeds ${seeds.join(' ')}`,
  );
  expect(lost).toBe(0);
  expect(total.statements).toBeGreaterThanOrEqual(enough);
}, 600_000);
