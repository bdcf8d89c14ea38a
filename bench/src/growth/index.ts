import { createTenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
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
import { logins, tenancy } from '../scoped/schema.ts';
import { manyDatabasesOperations, measureManyDatabases } from './many-databases.ts';
import { measureMigrate, migrateOperations } from './migrate.ts';
import { measureMove, moveOperations } from './move.ts';
import { measureSchemaFleet, schemaFleetOperations } from './schema-fleet.ts';
import { ownSample, prepareSchemas, sharingSample } from './schemas.ts';

const statements = {
  point: 'select id, name, stars from projects where id = $1',
  list: 'select id, name, stars from projects order by id limit 50',
} as const;
type OperationName = keyof typeof statements;
const operationNames = Object.keys(statements) as OperationName[];

const variants = ['shared', 'placements', 'schemas'] as const;
type Variant = (typeof variants)[number];
/** What a variant is compared with. */
const baseOf = { shared: 'shared', placements: 'shared', schemas: 'placements' } as const;

const placements = definePlacements(tenancy, { connect: () => undefined });

/** What routing and the fence cost a tenant that shares its tables, and what a schema of its own costs. */
export const growthBench: Bench = {
  name: 'growth',
  run,
  gate,
  operations: {
    point: 'a row by its id',
    list: '50 rows of a tenant',
    ...migrateOperations,
    ...schemaFleetOperations,
    ...manyDatabasesOperations,
    ...moveOperations,
  },
  targets: [
    limit({
      name: 'CPU of a statement of a pool with placements to the same without',
      rows: rows({ base: 'shared', variant: 'placements' }),
      measure: 'cpuRatio',
      atMost: 1.03,
    }),
    limit({
      name: 'milliseconds of tenantry migrate with nothing to do in 5,000 places',
      rows: rows({ op: 'nothing to do in 5000' }),
      measure: 'p50',
      atMost: 2000,
    }),
    limit({
      name: 'CPU of a statement in a schema of its own to one in the shared tables',
      rows: rows({ base: 'placements', variant: 'schemas' }),
      measure: 'cpuRatio',
      atMost: 1.1,
    }),
    limit({
      name: 'migrations of 200 schemas to a script with one statement after another, over a network',
      rows: rows({ op: 'migrate schemas from afar', variant: '--parallel 4' }),
      measure: 'ratio',
      atLeast: 4,
    }),
    limit({
      name: 'p99 of tenants in the shared tables to that of 5,000 with databases, once warm',
      rows: rows({ op: 'warm databases' }),
      measure: 'ratio',
      atLeast: 0.5,
    }),
    limit({
      name: 'milliseconds that the statements of a tenant with a million rows wait for its move',
      rows: rows({ op: 'move' }),
      measure: 'p99',
      atMost: 2000,
    }),
  ],
};

function open(
  database: BenchDatabase,
  variant: Variant,
  concurrency: number,
  sample: typeof readSample,
  way: Way = 'direct',
) {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web, way),
    logger: { warn() {} },
    // parsing again would cost more than what is measured
    maxStatementAgeMs: 3_600_000,
    ...(variant !== 'shared' && { placements }),
    ...poolSize(concurrency),
  });
  const operation =
    (op: OperationName): Operation =>
    (i) => {
      const { tenant, id } = sample(i);
      return tenancy.run(tenant, () => pool.query(statements[op], op === 'point' ? [id] : []));
    };
  return { operation, end: () => pool.end() };
}

type Way = 'direct' | 'proxy';

/** The tables of the bench, and a catalogue in which some other tenants have places. */
async function openPrepared(): Promise<BenchDatabase> {
  const database = await openBenchDatabase();
  await prepare(database, { peer: false });
  const none = { marked: () => undefined, allMarked: () => [] };
  const find = () => {
    throw new Error('the catalogue asks for no table');
  };
  const { sections } = placements.sql({ tenancy, tables: [], find, ...none });
  for (const { sql } of sections) await database.ask(sql.map((each) => each.sql).join('\n'));
  await database.ask(`insert into tenantry.places (name) values ('elsewhere')`);
  await database.ask(
    `insert into tenantry.placements (tenant, place) select gen_random_uuid()::text, 'elsewhere' from generate_series(1, 100)`,
  );
  await prepareSchemas(database);
  return database;
}

/** The rows that the base and the variant read: of as many tenants on both sides. */
const samplesOf = (variant: Variant) =>
  variant === 'schemas'
    ? ([sharingSample, ownSample] as const)
    : ([readSample, readSample] as const);

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  const statements = operationNames.some((op) => chosen(options.ops, op))
    ? await measureStatements(options, write)
    : undefined;
  const reports = statements === undefined ? [] : [statements];
  for (const measure of [measureMigrate, measureSchemaFleet, measureManyDatabases, measureMove])
    reports.push(await measure(options, write));
  return {
    results: reports.flatMap(({ results }) => results),
    serverVersion: reports.find(({ serverVersion }) => serverVersion !== '')?.serverVersion ?? '',
    notes: reports.flatMap(({ notes }) => notes),
  };
}

async function measureStatements(
  options: BenchOptions,
  write: (line: string) => void,
): Promise<Report> {
  write('growth: starting PostgreSQL, loading 1000000 rows\n');
  const database = await openPrepared();
  try {
    const pairs = options.pairs ?? (options.quick ? 9 : 61);
    const windowMs = options.windowMs ?? (options.quick ? 40 : 120);
    const ops = operationNames.filter((op) => chosen(options.ops, op));
    const clients = [1, 8];
    const progress = createProgress(ops.length * variants.length * clients.length, write);
    const results: Result[] = [];
    for (const concurrency of clients) {
      for (const op of ops) {
        for (const variant of variants) {
          progress.step(`${op}, ${variant}, ${concurrency} at once`);
          // two pools that run equally often: one that rests has colder backends
          const [ofBase, ofVariant] = samplesOf(variant);
          const base = open(database, baseOf[variant], concurrency, ofBase);
          const other = open(database, variant, concurrency, ofVariant);
          const [measured] = await measurePairs(
            [
              { name: 'base', operation: base.operation(op) },
              { name: 'variant', operation: other.operation(op) },
            ],
            [{ base: 'base', variant: 'variant' }],
            { concurrency, pairs, windowMs, warmUpMs: warmUpOf(variant), cpu: database.cpu },
          );
          await Promise.all([base.end(), other.end()]);
          results.push(row(op, variant, concurrency, measured as Measured));
        }
      }
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

/** Each schema has statements of its own, which PostgreSQL plans anew for the first five times. */
const warmUpOf = (variant: Variant) => (variant === 'schemas' ? 8000 : 1500);

const row = (op: OperationName, variant: Variant, concurrency: number, each: Measured): Result =>
  measuredResult(
    { bench: 'growth', variant, base: baseOf[variant], op, concurrency, roundTrips: 1 },
    each,
  );

async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('growth: starting PostgreSQL\n');
  const database = await openPrepared();
  try {
    const found: Expectation[] = [];
    for (const variant of variants) {
      const { operation, end } = open(database, variant, 1, samplesOf(variant)[1], 'proxy');
      for (const op of operationNames) {
        const roundTrips = await countRoundTrips(database.proxy, operation(op));
        found.push(oneRoundTrip(`growth: round trips of ${op}, ${variant}`, roundTrips));
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
  'shared / shared compares the pool with itself: what is not 1 there is the noise of the machine.',
  'schemas / placements: 20 tenants with a schema of their own to 20 that share their tables, both on a pool with placements.',
  'The tenants of the other rows share their tables. The pool with placements knows the routes of 100 other tenants, and fences each statement.',
  'CPU is of this process and of all of PostgreSQL, per operation.',
];
