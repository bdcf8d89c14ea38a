import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Comparison, type Measured, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { limit, rows } from '../lib/targets.ts';
import { frameworks } from './frameworks/index.ts';
import { buildNext } from './next/build.ts';
import { prepare, rowsPerTenant, tenantCount } from './prepare.ts';
import { startServer } from './servers.ts';
import type { Way } from './ways.ts';

const names = Object.keys(frameworks);
/** Without Next.js, whose build takes longer than the rest of the gate. */
const inGate = names.filter((name) => name !== 'next');
const concurrency = 8;

const comparisons: readonly (Comparison & { base: Way; variant: Way })[] = [
  { base: 'by-hand', variant: 'by-hand' },
  { base: 'by-hand', variant: 'adapter' },
  { base: 'trusting', variant: 'adapter' },
  { base: 'adapter', variant: 'adapter-now' },
];

/** Round trips of a request with one query. */
const roundTrips: Readonly<Record<Way, number>> = {
  trusting: 1,
  'by-hand': 1,
  adapter: 1,
  'adapter-now': 2,
};

/** What an adapter costs in a request, against the same handler without it. */
export const httpBench: Bench = {
  name: 'http',
  run,
  gate,
  operations: Object.fromEntries(
    names.map((name) => [name, `GET of one row by its id, a handler of ${name}`]),
  ),
  targets: [
    limit({
      name: 'CPU of a request through the adapter to the same entry by hand',
      rows: rows({ base: 'by-hand', variant: 'adapter' }),
      measure: 'cpuRatio',
      atMost: 1.1,
    }),
    limit({
      name: 'time of a request through the adapter to the same entry by hand',
      rows: rows({ base: 'by-hand', variant: 'adapter' }),
      measure: 'ratio',
      atLeast: 0.909,
    }),
  ],
};

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('http: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const pairs = options.pairs ?? (options.quick ? 9 : 45);
    const windowMs = options.windowMs ?? (options.quick ? 40 : 100);
    const ops = names.filter((name) => chosen(options.ops, name));
    const progress = createProgress(ops.length, write);
    const results: Result[] = [];
    for (const op of ops) {
      progress.step(op);
      if (op === 'next') await buildNext();
      const here = comparisons.filter(
        ({ base, variant }) => chosen(options.variants, base) || chosen(options.variants, variant),
      );
      const measured = await measure(database, op, here, { pairs, windowMs });
      results.push(...measured.map((each) => row(op, each)));
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

async function measure(
  database: BenchDatabase,
  framework: string,
  compared: typeof comparisons,
  pace: { readonly pairs: number; readonly windowMs: number },
): Promise<Measured[]> {
  const ways = [...new Set(compared.flatMap(({ base, variant }) => [base, variant]))];
  const options = { max: concurrency, network: 'direct' } as const;
  const servers = await Promise.all(
    ways.map((way) => startServer(database, framework, way, options)),
  );
  try {
    const warmUpMs = 2000;
    return await measurePairs(servers, compared, {
      ...pace,
      concurrency,
      warmUpMs,
      cpu: database.cpu,
    });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

const row = (op: string, each: Measured): Result => {
  const { variant, base } = each;
  const trips = roundTrips[variant as Way];
  return measuredResult({ bench: 'http', variant, base, op, concurrency, roundTrips: trips }, each);
};

/** Checks the round trips of a request, which `roundTrips` tells. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('http: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const found: Expectation[] = [];
    for (const framework of inGate) {
      for (const way of ['adapter', 'adapter-now'] as const) {
        const server = await startServer(database, framework, way, { max: 1, network: 'proxy' });
        const counted = await countRoundTrips(database.proxy, server.operation);
        await server.close();
        found.push({
          what: `http: round trips of a request through ${way} of ${framework}`,
          expected: String(roundTrips[way]),
          found: String(counted),
          holds: counted === roundTrips[way],
        });
      }
    }
    return found;
  } finally {
    await database.end();
  }
}

const notes = (pairs: number, windowMs: number): string[] => [
  `${tenantCount} tenants, ${tenantCount * rowsPerTenant} rows, everything in memory.`,
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'by-hand / by-hand compares it with itself: what is not 1 there is the noise of the machine.',
  'Each server runs in a process of its own, on the same pool class with the same prepared statement; ' +
    'requests come over connections that stay open, 8 at once, one tenant after the other.',
  'by-hand: the handler reads two headers and calls pool.enter itself, which checks the membership with ' +
    'the statement. trusting: it calls tenancy.run for a tenant that nobody checks.',
  "adapter has verify: 'with-first-statement', adapter-now has 'now': a round trip more.",
  'next is the production server of an application that Next.js has built, with a route handler.',
  'CPU is of the server process and of all of PostgreSQL, per request; time has that of the client too.',
];
