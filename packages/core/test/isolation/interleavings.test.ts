import fc from 'fast-check';
import { expect, test } from 'vitest';
import { underWay } from '../support/activity.ts';
import { coreDatabase } from '../support/database.ts';
import { until } from '../support/wait.ts';
import { notesTable, poolsFor, runAtOnce, scripts, type Tally } from './interleavings.ts';

const database = await coreDatabase();
await database.ask(notesTable);

test('no interleaving of scopes, errors, limits, transactions and batches shows a foreign row', async () => {
  const total: Tally = { statements: 0, foreign: 0, scopes: 0, rejected: 0 };
  const pools = poolsFor(database);
  await fc.assert(
    fc.asyncProperty(scripts, fc.constantFrom(...pools), async (all, pool) => {
      const tally = await runAtOnce(pool, all);
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
      expect(tally.foreign).toBe(0);
      await until(() => pool.idleCount === pool.totalCount, 'no client is lost');
      expect(pool.waitingCount).toBe(0);
    }),
    { numRuns: 250, endOnFailure: true },
  );
  await until(async () => (await underWay(database)) === 0, 'no transaction is left on the server');
  console.log(`interleavings: ${JSON.stringify(total)}`);
  expect(total.statements).toBeGreaterThan(3000);
  expect(total.rejected).toBeGreaterThan(100);
}, 60_000);
