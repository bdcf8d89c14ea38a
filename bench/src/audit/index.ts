import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { oneRoundTrip } from '../lib/round-trips.ts';
import { prepare } from './schema.ts';
import { measureSeals } from './seals.ts';
import { targets } from './targets.ts';
import { measureVolume } from './volume.ts';
import { measureExplicit, measureTriggers, roundTripsOfEntry } from './writes.ts';

const operations = {
  explicit: 'a change with its audit entry in one flush, against the change alone',
  'trigger-single': 'inserts of one row, captured, against a full-row trigger',
  'trigger-bulk': 'an insert of 2,000 rows, captured, against a full-row trigger',
  'trigger-update': 'an update of 2,000 rows, captured, against a full-row trigger',
  seal: '16 writers of one tenant with a sealer every second, against none',
  'last-50': 'the last 50 entries of a tenant in a log of 5M entries, against 100,000',
  export: 'an export of 1M entries: its memory',
};

/** What the audit log costs its writers and its readers. */
export const auditBench: Bench = { name: 'audit', run, targets, gate, operations };

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  const { quick } = options;
  const wants = (...ops: (keyof typeof operations)[]) => ops.some((op) => chosen(options.ops, op));
  write('audit: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  const progress = createProgress(4, write);
  const results: Result[] = [];
  try {
    const logins = await prepare(database);
    progress.step('entries with their change');
    if (wants('explicit')) {
      const pairs = options.pairs ?? (quick ? 7 : 21);
      const windowMs = options.windowMs ?? (quick ? 60 : 150);
      const pace = { pairs, windowMs, warmUpMs: quick ? 300 : 1500 };
      for (const concurrency of [1, 8]) {
        if (!chosen(options.concurrencies, concurrency)) continue;
        results.push(await measureExplicit(database, logins, pace, concurrency));
      }
    }
    progress.step('captures');
    if (wants('trigger-single', 'trigger-bulk', 'trigger-update'))
      results.push(...(await measureTriggers(database, quick ? 5 : 15)));
    progress.step('seals');
    if (wants('seal')) results.push(await measureSeals(logins, quick ? 2 : 6, quick ? 2500 : 6000));
    progress.step('volume');
    if (wants('last-50', 'export')) {
      const volume = quick
        ? { small: 20_000, large: 200_000, exported: 50_000 }
        : { small: 100_000, large: 5_000_000, exported: 1_000_000 };
      results.push(...(await measureVolume(database, logins, volume, write)));
    }
    return { results, serverVersion: database.version, notes: notes(quick) };
  } finally {
    await database.end();
  }
}

const notes = (quick: boolean): string[] => [
  'synchronous_commit and fsync are off on both sides.',
  'The full-row trigger does what supa_audit documents, written anew: the primary key from the catalogue ' +
    'and the whole row for each row. shareOfAddedCost is what a capture adds to the plain statement, over what it adds.',
  'A capture also says who, why and from where, hashes each entry behind salted commitments, and chooses a partition.',
  'peakMemoryMb is the resident memory of the exporting process, Node.js itself included.',
  ...(quick ? ['A quick run has too few pairs and rows to judge by.'] : []),
];

async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('audit: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    const logins = await prepare(database);
    const found = await roundTripsOfEntry(database, logins);
    return [oneRoundTrip('round trips of a change with its audit entry', found)];
  } finally {
    await database.end();
  }
}
