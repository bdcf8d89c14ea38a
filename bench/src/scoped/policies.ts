import { createTenantPool } from '@tenantry/core';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { type Measured, measurePairs } from '../lib/pairs.ts';
import type { Progress } from '../lib/progress.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import type { Operation } from '../lib/window.ts';
import type { Pace } from './grid.ts';
import { poolSize } from './operations.ts';
import { tenantId } from './samples.ts';
import { isolation, logins, tenancy } from './schema.ts';

const tenant = tenantId(7);
const loadedRows = 1000;
const current = '(select tenantry.current_tenant())';

const loadTable = `
  create table loads (
    organization_id uuid not null default tenantry.current_tenant(),
    id uuid not null default gen_random_uuid(),
    name text not null,
    stars integer not null default 0,
    done_at timestamptz,
    primary key (organization_id, id));
  ${isolation('loads')}`;

/**
 * What the policies themselves cost, apart from the pool: a scan that has to look at a million
 * rows, the check of 1,000 inserted rows, and a bulk load.
 */
export async function measurePolicies(
  database: BenchDatabase,
  pace: Pace,
  progress: Progress,
  ops: readonly string[],
): Promise<Result[]> {
  await database.ask(loadTable);
  const byHand = await session(database, logins.trusted);
  const underPolicies = await session(database, logins.web);
  // On this raw connection the context may stay: only the statements are compared.
  await underPolicies.query(`set role ${tenancy.roles.app}`);
  await underPolicies.query(`select set_config('${tenancy.setting}', $1, false)`, [tenant]);

  const measure = async (op: string, base: Operation, variant: Operation) => {
    progress.step(`${op}: policies against the same statement without them`);
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
        windowMs: () => 60,
        cpu: database.cpu,
      },
    );
    return row(op, measured as Measured);
  };

  const scan = 'select count(*)::int as n from projects';
  const series = `generate_series(1, ${loadedRows}) g`;
  const insert = 'insert into loads (organization_id, name, stars)';
  const check = () =>
    named(byHand, 'check', `${insert} select $1, 'Load', g from ${series}`, [tenant]);
  const byOp: Readonly<Record<string, () => Promise<Result>>> = {
    scan: () =>
      measure(
        'scan',
        () => named(byHand, 'scan', `${scan} where organization_id = $1`, [tenant]),
        () => named(underPolicies, 'scan', scan, []),
      ),
    'insert-check': () => {
      const text = `${insert} select ${current}, 'Load', g from ${series}`;
      return measure('insert-check', check, () => named(underPolicies, 'check', text, []));
    },
    'insert-default': () => {
      const text = `insert into loads (name, stars) select 'Load', g from ${series}`;
      return measure('insert-default', check, () => named(underPolicies, 'default', text, []));
    },
    bulk: () => bulk(database, measure),
  };
  const results: Result[] = [];
  for (const op of ops) results.push(await (byOp[op] as () => Promise<Result>)());
  await Promise.all([byHand.end(), underPolicies.end()]);
  return results;
}

/** Through the pools: 1,000 rows as arrays. */
async function bulk(
  database: BenchDatabase,
  measure: (op: string, base: Operation, variant: Operation) => Promise<Result>,
): Promise<Result> {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web),
    ...poolSize(1),
  });
  const trusted = new pg.Pool({ connectionString: database.url(logins.trusted), ...poolSize(1) });
  const names = Array.from({ length: loadedRows }, (_, i) => `Load ${i}`);
  const stars = names.map((_, i) => i);
  const insert = 'insert into loads (organization_id, name, stars)';
  const byHand = `${insert} select $1::uuid, u.* from unnest($2::text[], $3::int[]) u`;
  const scoped = `${insert} select ${current}, u.* from unnest($1::text[], $2::int[]) u`;
  const result = await measure(
    'bulk',
    () => trusted.query({ name: 'bulk', text: byHand, values: [tenant, names, stars] }),
    () => tenancy.run(tenant, () => pool.query(scoped, [names, stars])),
  );
  await Promise.all([pool.end(), trusted.end()]);
  return result;
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

const row = (op: string, measured: Measured): Result => ({
  ...emptyResult({ bench: 'scoped', variant: 'tenantry', base: 'hand-written', op }),
  ratio: figure(measured.ratio),
  cpuRatio: figure(measured.cpuRatio),
  roundTrips: 1,
  p50: figure(measured.p50),
  p99: figure(measured.p99),
  noise: figure(measured.noise, 2),
});
