import { createTenantPool, type TenantPool } from '@tenantry/core';
import { matchesText } from '@tenantry/rls';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { measurePairs } from '../lib/pairs.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure } from '../lib/stats.ts';
import type { SearchCase } from './cases.ts';
import { executions } from './execution.ts';
import { logins, newest, select, tenancy, tenant } from './schema.ts';

export interface Pace {
  readonly pairs: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}

export const openPool = (database: BenchDatabase, way: 'direct' | 'proxy' = 'direct'): TenantPool =>
  createTenantPool(tenancy, {
    connectionString: database.url(logins.web, way),
    max: 1,
    // the base is planned for each query as well
    preparedStatements: false,
  });

/** The newest 50 of what matches: all matching rows are named, or only the newest 50. */
export const searchOf = (pool: TenantPool, { column, query }: SearchCase, first?: number) => {
  const { text, values } = matchesText(column, query, first === undefined ? {} : { first });
  return () => tenancy.run(tenant, () => pool.query(`${select} ${text} ${newest}`, [...values]));
};

export async function measureCase(
  database: BenchDatabase,
  each: SearchCase,
  pace: Pace,
): Promise<Result[]> {
  const pool = openPool(database);
  const trusted = new pg.Pool({ connectionString: database.url(logins.trusted), max: 1 });
  const byHand = `${select} ${each.byHand} and organization_id = $2 ${newest}`;
  const contenders = [
    { name: 'without-rls', operation: () => trusted.query(byHand, [each.value, tenant]) },
    { name: 'matches', operation: searchOf(pool, each) },
    { name: 'matches-first', operation: searchOf(pool, each, 50) },
    {
      name: 'rls-alone',
      operation: () =>
        tenancy.run(tenant, () => pool.query(`${select} ${each.byHand} ${newest}`, [each.value])),
    },
  ];
  const base = 'without-rls';
  const measured = await measurePairs(
    contenders.slice(0, 3),
    contenders.slice(0, 3).map(({ name }) => ({ base, variant: name })),
    { concurrency: 1, ...pace, cpu: database.cpu },
  );
  // a second each: few are enough
  const slow = await measurePairs(
    [contenders[0], contenders[3]].filter((one) => one !== undefined),
    [{ base, variant: 'rls-alone' }],
    { concurrency: 1, pairs: Math.min(pace.pairs, 3), windowMs: 1, warmUpMs: 0, cpu: database.cpu },
  );
  await Promise.all([pool.end(), trusted.end()]);
  const execution = await executions(database, each, pace.pairs);
  return [...measured, ...slow].map((row) => ({
    ...emptyResult({ bench: 'search', variant: row.variant, base: row.base, op: each.op }),
    ratio: figure(row.ratio),
    cpuRatio: figure(row.cpuRatio),
    executionRatio: figure(execution[row.variant]?.ratio ?? Number.NaN),
    executionMs: figure(execution[row.variant]?.milliseconds ?? Number.NaN, 3),
    roundTrips: 1,
    p50: figure(row.p50),
    p99: figure(row.p99),
    pairs: row.pairs,
    noise: figure(row.noise, 2),
  }));
}

/** Round trips of a search, and whether the index finds the rows: what never depends on time. */
export async function shapeOf(
  database: BenchDatabase,
  each: SearchCase,
): Promise<{ readonly roundTrips: number; readonly byIndex: boolean }> {
  const pool = openPool(database, 'proxy');
  const roundTrips = await countRoundTrips(database.proxy, searchOf(pool, each, 50));
  await pool.end();
  const client = new pg.Client({ connectionString: database.ownerUrl });
  const plans: string[] = [];
  client.on('notice', ({ message = '' }) => plans.push(message));
  await client.connect();
  await client.query(
    "load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set client_min_messages = log",
  );
  await client.query(`begin; set local role ${tenancy.roles.app}`);
  await client.query('select set_config($1, $2, true)', [tenancy.setting, tenant]);
  const { text, values } = matchesText(each.column, each.query);
  await client.query(`${select} ${text}`, [...values]);
  await client.end();
  const inside = plans.find((plan) => /array_agg/.test(plan)) ?? '';
  return { roundTrips, byIndex: /Index Scan (?:on|using) documents_\w+_search_/.test(inside) };
}
