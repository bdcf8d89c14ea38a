import { createTenantPool } from '@tenantry/core';
import type { Bench, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { createProgress, type Progress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { scopedGate } from './gate.ts';
import { chosenComparisons, measureGrid, type Pace, planGrid } from './grid.ts';
import { operationTitles, poolSize } from './operations.ts';
import { planResults, planShapes } from './plans.ts';
import { measurePolicies, policyOperations } from './policies.ts';
import { poolOfOneResult, scopesOnPoolOfOne } from './pool-of-one.ts';
import { prepare } from './prepare.ts';
import { logins, rowsPerTenant, tenancy, tenantCount } from './schema.ts';
import { targetConcurrency, targets } from './targets.ts';
import { measureTenants } from './tenants.ts';

/** When a quick run should be through with measuring, in milliseconds after its start. */
const quickMs = 44_000;

/** What one scoped statement costs, against the same statement written by hand and against peers. */
export const scopedBench: Bench = {
  name: 'scoped',
  run,
  targets,
  gate: scopedGate,
  operations: operationTitles,
};

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  const began = performance.now();
  write(`scoped: starting PostgreSQL, loading ${tenantCount * rowsPerTenant} rows\n`);
  const database = await openBenchDatabase();
  try {
    const peer = chosenComparisons(options).some(({ base, variant }) =>
      [base, variant].includes('better-tenant'),
    );
    await prepare(database, { peer });
    const pace = paceOf(options, began);
    const steps = planGrid(options).flatMap(({ ops }) => ops).length;
    const extra = ownSteps(options);
    const progress = createProgress(steps + extra.length, write);
    const results = [
      ...(await measureOwn(database, options, pace, progress)),
      ...(await measureGrid(database, options, pace, progress)),
    ];
    return { results, serverVersion: database.version, notes: notes(pace, options) };
  } finally {
    await database.end();
  }
}

/** What is measured of our side alone; a choice of operations may leave it out. */
const ownSteps = (options: BenchOptions) =>
  [...policyOperations, 'tenants'].filter((op) => chosen(options.ops, op));

async function measureOwn(
  database: BenchDatabase,
  options: BenchOptions,
  pace: Pace,
  progress: Progress,
): Promise<Result[]> {
  const results: Result[] = [];
  if (chosen(options.ops, 'plan')) {
    const pool = createTenantPool(tenancy, {
      connectionString: database.url(logins.web),
      ...poolSize(1),
    });
    results.push(...planResults(await planShapes(pool)));
    await pool.end();
  }
  if (chosen(options.ops, 'pool-of-one')) {
    results.push(poolOfOneResult(await scopesOnPoolOfOne(database)));
  }
  // first of all, before the table has grown
  const policies = policyOperations.filter((op) => chosen(options.ops, op));
  if (policies.length > 0)
    results.push(...(await measurePolicies(database, pace, progress, policies)));
  if (chosen(options.ops, 'tenants')) results.push(await measureTenants(database, pace, progress));
  return results;
}

/** Pairs of 60 ms a side, most where targets look; a quick run fits in as many as it can. */
function paceOf({ quick, pairs, windowMs }: BenchOptions, began: number): Pace {
  const pace = {
    pairs: pairs ?? 45,
    pairsBeside: pairs ?? 15,
    warmUpMs: 900,
    windowMs: windowMs ?? 60,
  };
  if (!quick) return { ...pace, stop: () => false };
  const end = began + quickMs;
  return {
    pairs: pairs ?? 5,
    pairsBeside: pairs ?? 5,
    warmUpMs: 40,
    windowMs: windowMs ?? 16,
    stop(rounds, groupBegan, groupsLeft) {
      if (rounds < 2) return false;
      const share = (end - groupBegan) / (groupsLeft + 1);
      return performance.now() > groupBegan + share;
    },
  };
}

const notes = (pace: Pace, { quick }: BenchOptions): string[] => [
  `${tenantCount} tenants, ${tenantCount * rowsPerTenant} rows, everything in memory, ` +
    'synchronous_commit and fsync off on both sides.',
  `Adjacent pairs of ${pace.windowMs} ms a side, order swapped, ${quick ? 'at most ' : ''}${pace.pairs} each` +
    `${quick ? '' : `, ${pace.pairsBeside} where not ${targetConcurrency} run at once`}; medians of the paired ratios.`,
  ...(quick
    ? ['A quick run has too few pairs to judge by: look at the direction, not the digits.']
    : []),
  'hand-written / hand-written compares it with itself: what is not 1 there is the noise of the machine.',
  'Every scoped operation opens a scope of its own. Hand-written statements run as a login that no ' +
    'policy binds, on the same tables.',
  'Pools have as many connections as operations run at once; that of better-tenant has twice as ' +
    'many, or it waits for itself. Its table has a policy that can use the index; its own cannot.',
  'article: BEGIN, SET LOCAL ROLE, set_config, the statement, COMMIT, one after the other.',
  'Latency 0 is a direct connection; above it, a proxy in a process of its own adds it.',
  'Every variant runs in a process of its own; CPU is of this process and of all of PostgreSQL, per operation.',
];
