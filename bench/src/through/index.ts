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
import { documentsPerTenant, idOf, login, prepare, tenancy } from './schema.ts';
import { type Op, operations, type Side, sides, statementOf, subjectOf } from './statements.ts';

const tenantCount = 20;

const ops = Object.keys(operations) as Op[];

/** What a table without a tenant column costs, beside the same rows with one. */
export const throughBench: Bench = {
  name: 'through',
  run,
  gate,
  operations,
  targets: [
    limit({
      name: 'a table two parents below the tenant to the same with a tenant column',
      rows: rows({ base: 'column', variant: 'through', op: ['point', 'list'] }),
      measure: 'ratio',
      atLeast: 0.33, // within three times
    }),
    limit({
      name: 'all rows of the tenant, when the statement names the parents',
      rows: rows({ base: 'column', variant: 'through-joined', op: 'count' }),
      measure: 'ratio',
      atLeast: 0.1,
    }),
  ],
};

interface Subject {
  readonly tenant: string;
  readonly of: Readonly<Record<Op, string>>;
}

/** The ids of tenants and of things of theirs, worked out before anything is measured. */
async function subjectsOf(database: BenchDatabase, tenants: number): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let tenant = 0; tenant < tenants; tenant++) {
    const [row] = await database.ask<Record<string, string>>(
      `select ${idOf('t', tenant)} as tenant, ${ops
        .map((op) => `${subjectOf(op, tenant)} as "${op}"`)
        .join(', ')}`,
    );
    subjects.push({ tenant: String(row?.tenant), of: row as Record<Op, string> });
  }
  return subjects;
}

function open(
  database: BenchDatabase,
  subjects: readonly Subject[],
  op: Op,
  way: 'direct' | 'proxy' = 'direct',
) {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(login, way),
    max: 1,
    idleTimeoutMillis: 0,
  });
  const contender = (name: Side): Contender & { rows(): Promise<unknown[]> } => {
    const text = statementOf(op, name);
    const ask = (i: number) => {
      const { tenant, of } = subjects[i % subjects.length] as Subject;
      return tenancy.run(tenant, () => pool.query(text, op === 'count' ? [] : [of[op]]));
    };
    return { name, operation: ask, rows: async () => (await ask(0)).rows };
  };
  return { contenders: sides.map(contender), end: () => pool.end() };
}

interface Pace {
  readonly pairs: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}

async function measure(
  database: BenchDatabase,
  subjects: readonly Subject[],
  op: Op,
  pace: Pace,
): Promise<Result[]> {
  const counting = open(database, subjects, op, 'proxy');
  const trips = new Map<string, number>();
  for (const { name, operation } of counting.contenders) {
    trips.set(name, await countRoundTrips(database.proxy, operation));
  }
  await counting.end();
  const opened = open(database, subjects, op);
  const measured = await measurePairs(
    opened.contenders,
    sides.map((variant) => ({ base: 'column', variant })),
    { ...pace, concurrency: 1, cpu: database.cpu },
  );
  await opened.end();
  return measured.map(({ base, variant, ...found }) => ({
    ...emptyResult({ bench: 'through', variant, base, op }),
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
  write('through: starting PostgreSQL, loading 400,000 documents\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, tenantCount);
    const subjects = await subjectsOf(database, tenantCount);
    const pace = {
      pairs: options.pairs ?? (options.quick ? 7 : 31),
      windowMs: options.windowMs ?? (options.quick ? 40 : 100),
      warmUpMs: options.quick ? 100 : 1500,
    };
    const wanted = ops.filter((op) => chosen(options.ops, op));
    const progress = createProgress(wanted.length, write);
    const results: Result[] = [];
    for (const op of wanted) {
      progress.step(op);
      results.push(...(await measure(database, subjects, op, pace)));
    }
    return { results, serverVersion: database.version, notes: notes(pace) };
  } finally {
    await database.end();
  }
}

/** What holds on every machine: each side answers the same rows in one round trip. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('through: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, 2);
    const subjects = await subjectsOf(database, 2);
    const expectations: Expectation[] = [];
    for (const op of ops) {
      const { contenders, end } = open(database, subjects, op, 'proxy');
      const shown = new Set<string>();
      for (const { name, operation, rows: answer } of contenders) {
        const found = await countRoundTrips(database.proxy, operation);
        expectations.push(oneRoundTrip(`through: round trips of ${op}, ${name}`, found));
        shown.add(JSON.stringify((await answer()).map(withoutTenant)));
      }
      await end();
      expectations.push({
        what: `through: answers of ${op} on all sides`,
        expected: '1',
        found: String(shown.size),
        holds: shown.size === 1,
      });
    }
    return expectations;
  } finally {
    await database.end();
  }
}

const notes = ({ pairs, windowMs }: Pace): string[] => [
  `${tenantCount} tenants of ${documentsPerTenant} documents each, in 4 workspaces of 25 projects.`,
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'column / column compares the statement with itself: what is not 1 there is the noise of the machine.',
  'through leaves the tenant to the policy; through-joined names the parents and the tenant in the statement too.',
];

/** Only some of the sides have the column. */
function withoutTenant(row: unknown): object {
  const { tenant_id: _, ...others } = row as Record<string, unknown>;
  return others;
}
