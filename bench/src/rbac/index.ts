import type { Bench, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { measureChecks } from './check.ts';
import { measureEntry } from './enter.ts';
import { rbacGate } from './gate.ts';
import { type Pace, paceOf } from './pace.ts';
import { measurePolicy } from './policy.ts';
import { prepare, rowsPerTenant, tenantCount } from './prepare.ts';
import { targets } from './targets.ts';

/** What a permission costs: in this process, on entry, and in a policy. */
export const rbacBench: Bench = {
  name: 'rbac',
  run,
  targets,
  gate: rbacGate,
  operations: {
    check: 'one of 60 permissions, asked in this process',
    enter: 'membership, permissions and version, against setting the context alone',
    policy: `a count of ${rowsPerTenant} of ${tenantCount * rowsPerTenant} rows behind a permission`,
  },
};

const operations: Readonly<
  Record<string, (database: BenchDatabase, pace: Pace) => Promise<Result[]>>
> = { check: measureChecks, enter: measureEntry, policy: measurePolicy };

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('rbac: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const pace = paceOf(options);
    const ops = Object.entries(operations).filter(([op]) => chosen(options.ops, op));
    const progress = createProgress(ops.length, write);
    const results: Result[] = [];
    for (const [op, measure] of ops) {
      progress.step(op);
      const measured = await measure(database, pace);
      results.push(
        ...measured.filter(
          ({ base, variant }) =>
            chosen(options.variants, base) || chosen(options.variants, variant),
        ),
      );
    }
    return { results, serverVersion: database.version, notes: notes(pace) };
  } finally {
    await database.end();
  }
}

const notes = ({ pairs, windowMs }: Pace): string[] => [
  `${tenantCount} tenants, ${tenantCount * rowsPerTenant} rows, everything in memory.`,
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'A comparison with itself shows the noise of the machine.',
  'check: 1,024 questions about 60 permissions in a mixed order, all libraries asked the same and ' +
    'answering the same. Each has at hand what it holds for a user; tenantry-scope is rbac.can, which ' +
    'finds its scope in every call: that is AsyncLocalStorage of Node.js, as much as the Set.',
  'enter: through a proxy that adds 1 ms, 8 at once; context is one prepared statement of three ' +
    'set_config on a pool of pg; serverRatio is the CPU of PostgreSQL alone.',
  'policy: per-resource is a permission that a role may also give for one row.',
];
