import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';
import { measureBackfill } from './backfill.ts';
import { measureBurst } from './burst.ts';
import { measureIntake } from './intake.ts';
import { openShop } from './schema.ts';
import { targets } from './targets.ts';

/** How many webhooks billing takes, and what syncing costs. */
export const billingBench: Bench = {
  name: 'billing',
  run,
  targets,
  gate,
  operations: {
    intake: 'a signed webhook: verified, stored, answered, while the worker fetches',
    burst: '1,000 events of one customer',
    backfill: 'customers that were at Stripe before, linked and fetched with all invoices',
  },
};

interface Size {
  readonly ops: readonly string[] | undefined;
  readonly seconds: number;
  readonly concurrency: number;
  readonly customers: number;
}

async function measure(size: Size, write: (line: string) => void) {
  write('billing: starting PostgreSQL and a fake Stripe\n');
  const database = await openBenchDatabase();
  const shop = await openShop(database);
  try {
    const results: Result[] = [];
    if (chosen(size.ops, 'intake')) {
      write('billing: intake\n');
      results.push(await measureIntake(database, shop, size));
    }
    if (chosen(size.ops, 'burst')) {
      write('billing: burst\n');
      results.push(await measureBurst(shop));
    }
    if (chosen(size.ops, 'backfill')) {
      write(`billing: backfill of ${size.customers} customers\n`);
      results.push(await measureBackfill(database, shop, size.customers));
    }
    return { results, serverVersion: database.version };
  } finally {
    await shop.close();
    await database.end();
  }
}

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  const { quick, ops } = options;
  const concurrency = options.concurrencies?.[0] ?? 16;
  const size = { ops, concurrency, seconds: quick ? 3 : 15, customers: quick ? 1_000 : 10_000 };
  const measured = await measure(size, write);
  return {
    ...measured,
    notes: [
      'Intake, worker and the fake Stripe share one process and one thread here; Stripe signs on its own machines, so signing is not counted.',
      'A webhook is answered after the commit of its event; events that arrive at once share a statement.',
    ],
  };
}

/** What holds on every machine: one round trip, nothing lost, few rounds for a burst. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  const size = { ops: ['intake', 'burst'], seconds: 0, concurrency: 8, customers: 0 };
  const { results } = await measure(size, write);
  return targets
    .filter(({ name }) => /round|refused|stored/.test(name))
    .map(({ name, wanted, check }) => {
      const outcome = check(results);
      return {
        what: `billing: ${name}`,
        expected: wanted,
        found: outcome?.found ?? 'nothing',
        holds: outcome?.reached === true,
      };
    });
}
