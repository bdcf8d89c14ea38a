import { createTenantPool } from '@tenantry/core';
import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Contender, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { countRoundTrips, oneRoundTrip } from '../lib/round-trips.ts';
import { figure } from '../lib/stats.ts';
import { limit, rows } from '../lib/targets.ts';
import {
  contenders,
  login,
  prepare,
  rowsPerTenant,
  tenancy,
  tenantCount,
  tenantId,
} from './schema.ts';

const cases = [
  { op: 'insert', concurrency: 1, latencyMs: 0, tenantOf: tenantId, rows: 1 },
  { op: 'insert', concurrency: 8, latencyMs: 0, tenantOf: tenantId, rows: 1 },
  { op: 'insert', concurrency: 1, latencyMs: 1, tenantOf: tenantId, rows: 1 },
  { op: 'insert', concurrency: 8, latencyMs: 1, tenantOf: tenantId, rows: 1 },
  { op: 'insert-one-tenant', concurrency: 50, latencyMs: 0, tenantOf: () => tenantId(0), rows: 1 },
  { op: 'insert-1000', concurrency: 1, latencyMs: 0, tenantOf: tenantId, rows: 1000 },
] as const;
type Case = (typeof cases)[number];

/** What a number of the tenant costs an insert. */
export const numbersBench: Bench = {
  name: 'numbers',
  run,
  gate,
  operations: {
    insert: `one row, for ${tenantCount} tenants of ${rowsPerTenant} rows in turn`,
    'insert-one-tenant': 'one row, all for one tenant, whose transactions wait for each other',
    'insert-1000': '1,000 rows in one statement',
  },
  targets: (['integer', 'pattern'] as const).flatMap((variant) =>
    [1, 8].map((concurrency) =>
      limit({
        name: `insert with a number (${variant}) to the same without, ${concurrency} at once, +1 ms`,
        rows: rows({ base: 'without', variant, op: 'insert', concurrency, latencyMs: 1 }),
        measure: 'ratio',
        atLeast: 0.909, // within 1.1 of its time
      }),
    ),
  ),
};

function open(database: BenchDatabase, each: Case, way: 'direct' | 'proxy' = 'direct') {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(login, way),
    max: each.concurrency,
    idleTimeoutMillis: 0,
  });
  const sides: Contender[] = contenders.map(({ name, table }) => {
    const text =
      each.rows === 1
        ? `insert into ${table} (name) values ($1) returning id`
        : `insert into ${table} (name) select $1 from generate_series(1, ${each.rows})`;
    return {
      name,
      operation: (i) => tenancy.run(each.tenantOf(i), () => pool.query(text, [`New ${i}`])),
    };
  });
  return { sides, end: () => pool.end() };
}

async function measure(
  database: BenchDatabase,
  each: Case,
  pace: { readonly pairs: number; readonly windowMs: number; readonly warmUpMs: number },
): Promise<Result[]> {
  await database.proxy.setLatency(0);
  const counting = open(database, { ...each, concurrency: 1 } as Case, 'proxy');
  const trips = new Map<string, number>();
  for (const { name, operation } of counting.sides) {
    trips.set(name, await countRoundTrips(database.proxy, operation));
  }
  await counting.end();
  const { concurrency, latencyMs } = each;
  await database.proxy.setLatency(latencyMs);
  const opened = open(database, each, latencyMs > 0 ? 'proxy' : 'direct');
  const comparisons = contenders.map(({ name }) => ({ base: 'without', variant: name }));
  const measured = await measurePairs(opened.sides, comparisons, {
    ...pace,
    concurrency,
    cpu: database.cpu,
  });
  await opened.end();
  for (const { table } of contenders) {
    await database.ask(`delete from ${table} where name like 'New %'`);
  }
  await database.ask('vacuum (freeze, analyze)');
  return measured.map(({ base, variant, ...found }) => ({
    ...emptyResult({ bench: 'numbers', variant, base, op: each.op, concurrency, latencyMs }),
    ratio: figure(found.ratio),
    cpuRatio: figure(found.cpuRatio),
    roundTrips: trips.get(variant) ?? null,
    p50: figure(found.p50),
    p99: figure(found.p99),
    pairs: found.pairs,
    noise: figure(found.noise, 2),
    serverUs: figure(found.serverUs),
  }));
}

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('numbers: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const pace = {
      pairs: options.pairs ?? (options.quick ? 9 : 31),
      windowMs: options.windowMs ?? (options.quick ? 40 : 100),
      warmUpMs: options.quick ? 100 : 1500,
    };
    const wanted = cases.filter(({ op }) => chosen(options.ops, op));
    const progress = createProgress(wanted.length, write);
    const results: Result[] = [];
    for (const each of wanted) {
      progress.step(`${each.op}, ${each.concurrency} at once`);
      results.push(...(await measure(database, each, pace)));
    }
    return { results, serverVersion: database.version, notes: notes(pace) };
  } finally {
    await database.end();
  }
}

/** What holds on every machine: a number costs no round trip. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('numbers: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const [first] = cases;
    const found = await measure(database, first, { pairs: 1, windowMs: 5, warmUpMs: 0 });
    return found.map(({ variant, roundTrips }) =>
      oneRoundTrip(`numbers: round trips of an insert, ${variant}`, roundTrips),
    );
  } finally {
    await database.end();
  }
}

const notes = ({ pairs, windowMs }: { pairs: number; windowMs: number }): string[] => [
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'without / without compares the insert with itself: what is not 1 there is the noise of the machine.',
  'without has neither the columns of the number nor their indexes; integer has one of each, pattern three and two.',
];
