import { tenantOfTransaction } from '@tenantry/core/sql';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type Measured, measurePairs } from '../lib/pairs.ts';
import type { Progress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { bulkLoads } from './bulk.ts';
import type { Pace } from './grid.ts';
import { idKind } from './ids.ts';
import type { PolicyPair, PolicyPairs } from './policy-pairs.ts';
import { tenantId } from './samples.ts';
import { isolation, logins, tenancy } from './schema.ts';

export const policyOperations = [
  'scan',
  'insert-check',
  'insert-default',
  'bulk',
  'bulk-helper',
] as const;

const tenant = tenantId(7);
const loadedRows = 1000;

/** How many times longer a side runs than elsewhere: its statements take milliseconds. */
const windowFactor = 4;

const loadTable = `
  create table loads (
    organization_id ${idKind} not null default ${tenantOfTransaction(tenancy).sql},
    id uuid not null default gen_random_uuid(),
    name text not null,
    stars integer not null default 0,
    done_at timestamptz,
    primary key (organization_id, id));
  ${isolation('loads')}`;

/** What the policies themselves cost: on a scan, on inserted rows, on a bulk load. */
export async function measurePolicies(
  database: BenchDatabase,
  pace: Pace,
  progress: Progress,
  ops: readonly string[],
): Promise<Result[]> {
  const { pairs, end } = await openPolicyPairs(database);
  const results: Result[] = [];
  for (const op of ops) {
    progress.step(`${op}: policies against the same statement without them`);
    const { base, variant } = pairs[op] as PolicyPair;
    const [measured] = await measurePairs(
      [
        { name: 'hand-written', operation: base },
        { name: 'tenantry', operation: variant },
      ],
      [{ base: 'hand-written', variant: 'tenantry' }],
      {
        concurrency: 1,
        pairs: pace.pairs,
        warmUpMs: pace.warmUpMs,
        windowMs: windowFactor * pace.windowMs,
        cpu: database.cpu,
      },
    );
    results.push(row(op, measured as Measured));
  }
  await end();
  return results;
}

/** Makes the table of the loads, and opens the connections of both sides. */
export async function openPolicyPairs(database: BenchDatabase): Promise<PolicyPairs> {
  await database.ask(loadTable);
  const kinds = [await statements(database), bulkLoads(database, tenant, loadedRows)];
  return {
    pairs: Object.assign({}, ...kinds.map((kind) => kind.pairs)),
    end: () => Promise.all(kinds.map((kind) => kind.end())),
  };
}

/** On raw connections, where the context may stay: only the statements are compared. */
async function statements(database: BenchDatabase): Promise<PolicyPairs> {
  const byHand = await session(database, logins.trusted);
  const underPolicies = await session(database, logins.web);
  await underPolicies.query(`set role ${tenancy.roles.app}`);
  await underPolicies.query(`select set_config('${tenancy.setting}', $1, false)`, [tenant]);
  const scan = 'select count(*)::int as n from projects';
  const series = `generate_series(1, ${loadedRows}) g`;
  const insert = 'insert into loads (organization_id, name, stars)';
  const check = `${insert} select (select tenantry.current_tenant()), 'Load', g from ${series}`;
  const byDefault = `insert into loads (name, stars) select 'Load', g from ${series}`;
  const inserted = () =>
    named(byHand, 'check', `${insert} select $1, 'Load', g from ${series}`, [tenant]);
  return {
    pairs: {
      scan: {
        base: () => named(byHand, 'scan', `${scan} where organization_id = $1`, [tenant]),
        variant: () => named(underPolicies, 'scan', scan, []),
      },
      'insert-check': { base: inserted, variant: () => named(underPolicies, 'check', check, []) },
      'insert-default': {
        base: inserted,
        variant: () => named(underPolicies, 'default', byDefault, []),
      },
    },
    end: () => Promise.all([byHand.end(), underPolicies.end()]),
  };
}

/** A connection that reads whole tables, in this one backend, so that its CPU is all there is. */
async function session(database: BenchDatabase, login: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url(login) });
  await client.connect();
  for (const setting of ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan']) {
    await client.query(`set ${setting} = off`);
  }
  await client.query('set max_parallel_workers_per_gather = 0');
  return client;
}

const named = (client: pg.Client, name: string, text: string, values: unknown[]) =>
  client.query({ name, text, values });

const row = (op: string, measured: Measured): Result =>
  measuredResult(
    { bench: 'scoped', variant: 'tenantry', base: 'hand-written', op, roundTrips: 1 },
    measured,
  );
