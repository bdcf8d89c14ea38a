import { createTenantPool, type WitnessMode } from '@tenantry/core';
import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Measured, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { countRoundTrips, oneRoundTrip } from '../lib/round-trips.ts';
import { limit, rows } from '../lib/targets.ts';
import type { Operation } from '../lib/window.ts';
import { poolSize, readSample } from '../scoped/operations.ts';
import { prepare } from '../scoped/prepare.ts';
import { logins, rowsPerTenant, tenancy } from '../scoped/schema.ts';

/** Each returns whole rows, with their tenant. */
const statements = {
  'rows-1': 'select * from projects where id = $1',
  'rows-50': 'select * from projects order by id limit 50',
  'rows-1000': 'select * from projects',
} as const;
type OperationName = keyof typeof statements;
const operationNames = Object.keys(statements) as OperationName[];

const modes: readonly WitnessMode[] = ['off', 'enforce', 'observe'];
const concurrency = 8;

/** What comparing the tenant of each returned row costs. */
export const witnessBench: Bench = {
  name: 'witness',
  run,
  gate,
  operations: {
    'rows-1': 'a whole row by its id',
    'rows-50': '50 whole rows of a tenant',
    'rows-1000': `all ${rowsPerTenant} rows of a tenant`,
  },
  targets: (['enforce', 'observe'] as const).map((variant) =>
    limit({
      name: `CPU of a statement with witness: '${variant}' to the same with 'off'`,
      rows: rows({ base: 'off', variant }),
      measure: 'cpuRatio',
      atMost: 1.02,
    }),
  ),
};

function open(database: BenchDatabase, mode: WitnessMode, way: 'direct' | 'proxy' = 'direct') {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web, way),
    witness: mode,
    logger: { warn() {} },
    // parsing again would cost more than what is measured
    maxStatementAgeMs: 3_600_000,
    ...poolSize(concurrency),
  });
  const operation =
    (op: OperationName): Operation =>
    (i) => {
      const { tenant, id } = readSample(i);
      const values = op === 'rows-1' ? [id] : [];
      return tenancy.run(tenant, () => pool.query(statements[op], values));
    };
  return { operation, end: () => pool.end() };
}

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('witness: starting PostgreSQL, loading 1000000 rows\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, { peer: false });
    const pairs = options.pairs ?? (options.quick ? 9 : 61);
    const windowMs = options.windowMs ?? (options.quick ? 40 : 120);
    const ops = operationNames.filter((op) => chosen(options.ops, op));
    const progress = createProgress(ops.length * modes.length, write);
    const results: Result[] = [];
    for (const op of ops) {
      for (const variant of modes) {
        progress.step(`${op}, ${variant}`);
        // two pools that run equally often: one that rests has colder backends
        const base = open(database, 'off');
        const other = open(database, variant);
        const [measured] = await measurePairs(
          [
            { name: 'base', operation: base.operation(op) },
            { name: 'variant', operation: other.operation(op) },
          ],
          [{ base: 'base', variant: 'variant' }],
          { concurrency, pairs, windowMs, warmUpMs: 1500, cpu: database.cpu },
        );
        await Promise.all([base.end(), other.end()]);
        results.push(row(op, variant, measured as Measured));
      }
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

const row = (op: OperationName, variant: WitnessMode, each: Measured): Result =>
  measuredResult({ bench: 'witness', variant, base: 'off', op, concurrency, roundTrips: 1 }, each);

async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('witness: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, { peer: false });
    const found: Expectation[] = [];
    for (const mode of modes) {
      const { operation, end } = open(database, mode, 'proxy');
      for (const op of operationNames) {
        const roundTrips = await countRoundTrips(database.proxy, operation(op));
        found.push(oneRoundTrip(`witness: round trips of ${op} with '${mode}'`, roundTrips));
      }
      await end();
    }
    return found;
  } finally {
    await database.end();
  }
}

const notes = (pairs: number, windowMs: number): string[] => [
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'off / off compares the pool with itself: what is not 1 there is the noise of the machine.',
  'Both sides share one process, and nothing is parsed again; every operation opens a scope of its own and selects whole rows, with their tenant.',
  'CPU is of this process and of all of PostgreSQL, per operation.',
];
