import { createTenantPool } from '@tenantry/core';
import type { Logins } from '@tenantry/testing/schema';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { measurePairs } from '../lib/pairs.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure, median } from '../lib/stats.ts';
import { acme, audit, entry, tenancy } from './definition.ts';
import type { Pace } from './pace.ts';
import { owner } from './schema.ts';

const insert = 'insert into plain (name) values ($1)';

/** A statement alone, and with its entry in the same flush, at 1 ms of network. */
export async function measureExplicit(
  database: BenchDatabase,
  logins: Logins,
  pace: Pace,
  concurrency: number,
): Promise<Result> {
  await database.proxy.setLatency(1);
  const pool = createTenantPool(tenancy, {
    connectionString: database.proxy.url(logins.app),
    min: concurrency,
    max: concurrency,
  });
  const operations = explicitOperations(pool);
  const contenders = Object.entries(operations).map(([name, operation]) => ({ name, operation }));
  const [measured] = await measurePairs(
    contenders,
    [{ base: 'statement', variant: 'with-entry' }],
    { ...pace, concurrency, cpu: database.cpu },
  );
  await pool.end();
  const roundTrips = await roundTripsOfEntry(database, logins);
  await database.proxy.setLatency(0);
  return {
    ...emptyResult({ bench: 'audit', variant: 'with-entry', base: 'statement', op: 'explicit' }),
    latencyMs: 1,
    concurrency,
    ratio: figure(measured?.ratio ?? Number.NaN),
    cpuRatio: figure(measured?.cpuRatio ?? Number.NaN),
    roundTrips,
    p50: figure(measured?.p50 ?? Number.NaN),
    p99: figure(measured?.p99 ?? Number.NaN),
    timesTheStatement: figure(1 / (measured?.ratio ?? Number.NaN)),
  };
}

function explicitOperations(pool: ReturnType<typeof createTenantPool>) {
  return {
    statement: (i: number) => tenancy.run(entry, () => pool.query(insert, [`Project ${i}`])),
    'with-entry': (i: number) =>
      tenancy.run(entry, () => {
        const name = `Project ${i}`;
        return pool.batch(() => [
          pool.query(insert, [name]),
          audit.log(pool as never, 'project.created', {
            resource: ['project', name],
            metadata: { name },
          }),
        ]);
      }),
  };
}

/** Round trips of a change with its entry. */
export async function roundTripsOfEntry(database: BenchDatabase, logins: Logins): Promise<number> {
  const pool = createTenantPool(tenancy, {
    connectionString: database.proxy.url(logins.app),
    max: 1,
  });
  const trips = await countRoundTrips(database.proxy, explicitOperations(pool)['with-entry']);
  await pool.end();
  return trips;
}

const shapes = {
  // one statement a row, in a loop on the server: the network has no part in it
  'trigger-single': (table: string) =>
    `do $$ begin for i in 1..300 loop insert into ${table} (name) values ('Project'); end loop; end $$`,
  'trigger-bulk': (table: string) =>
    `insert into ${table} (name) select 'Project ' || i from generate_series(1, 2000) i`,
  'trigger-update': (table: string) =>
    `update ${table} set stars = stars + 1 where description = 'kept'`,
} as const;
const rowsOf = { 'trigger-single': 300, 'trigger-bulk': 2000, 'trigger-update': 2000 } as const;

/**
 * What a capture adds to a statement, as a share of what the full-row trigger adds to it: times of
 * the three tables are taken in turn, and the share is the median of the rounds.
 */
export async function measureTriggers(database: BenchDatabase, rounds: number): Promise<Result[]> {
  const client = new pg.Client({ connectionString: database.url(owner) });
  await client.connect();
  await client.query(`select set_config('app.actor', $1, false), set_config($2, $3, false)`, [
    JSON.stringify({ user: entry.user, ip: entry.ip, requestId: entry.requestId }),
    tenancy.setting,
    acme,
  ]);
  for (const table of ['plain', 'captured', 'full_row']) {
    await client.query(
      `insert into ${table} (name, description) select 'kept', 'kept' from generate_series(1, 2000)`,
    );
    await client.query(`analyze ${table}`);
  }
  await client.query('set role app');
  const results: Result[] = [];
  for (const [op, shape] of Object.entries(shapes) as [
    keyof typeof shapes,
    (t: string) => string,
  ][]) {
    const time = async (table: string) => {
      const began = performance.now();
      await client.query(shape(table));
      return ((performance.now() - began) * 1000) / rowsOf[op];
    };
    const shares: number[] = [];
    const all = { plain: [] as number[], captured: [] as number[], full_row: [] as number[] };
    for (let round = -2; round < rounds; round++) {
      const plain = await time('plain');
      const captured = await time('captured');
      const full = await time('full_row');
      if (round < 0) continue; // warm-up
      shares.push((captured - plain) / (full - plain));
      all.plain.push(plain);
      all.captured.push(captured);
      all.full_row.push(full);
    }
    results.push({
      ...emptyResult({ bench: 'audit', variant: 'captured', base: 'full-row', op }),
      ratio: figure(median(all.full_row) / median(all.captured)),
      p50: figure(median(all.captured) / 1000),
      shareOfAddedCost: figure(median(shares)),
      plainUs: figure(median(all.plain)),
      capturedUs: figure(median(all.captured)),
      fullRowUs: figure(median(all.full_row)),
    });
  }
  await client.end();
  return results;
}
