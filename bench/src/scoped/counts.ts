import type { BenchDatabase } from '../lib/database.ts';
import type { Comparison } from '../lib/pairs.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import type { OperationName } from './operations.ts';
import { namesIn, variants } from './variants/index.ts';

/** What an operation of a variant sends, and how many connections it costs. */
export interface Counted {
  readonly roundTrips: number;
  readonly connectionsDestroyed: number;
}

/** Counts every operation of every variant that is compared. */
export async function countAll(
  database: BenchDatabase,
  compared: readonly Comparison[],
  ops: readonly OperationName[],
): Promise<Map<string, Map<OperationName, Counted>>> {
  await database.proxy.setLatency(0);
  const names = namesIn(compared);
  const counts = new Map<string, Map<OperationName, Counted>>();
  for (const { name, open } of variants.filter(({ name }) => names.includes(name))) {
    const variant = await open((login) => database.url(login, 'proxy'), 1);
    const byOp = new Map<OperationName, Counted>();
    for (const op of ops) {
      let runs = 0;
      const before = variant.destroyed();
      const roundTrips = await countRoundTrips(database.proxy, (i) => {
        runs++;
        return variant.operations[op](i);
      });
      const connectionsDestroyed = (variant.destroyed() - before) / runs;
      byOp.set(op, { roundTrips, connectionsDestroyed });
    }
    counts.set(name, byOp);
    await variant.end();
  }
  return counts;
}
