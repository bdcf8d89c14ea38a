import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { runWindow } from '../lib/window.ts';
import { countThenInsert } from './article.ts';
import { limits, logins, tenancy } from './schema.ts';

const limit = 10;
const connections = 30;
const attempts = 120;

/** Rows, or uses, over a limit of 10 after 120 attempts on 30 connections; the mean of some runs. */
export async function measureOvershoot(database: BenchDatabase, runs: number): Promise<Result[]> {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web),
    max: connections,
  });
  const trusted = new pg.Pool({ connectionString: database.url(logins.trusted), max: connections });
  const insert = (table: string) => (tenant: string, i: number) =>
    tenancy.run(tenant, () => pool.query(`insert into ${table} (name) values ($1)`, [`New ${i}`]));
  const rowsIn = async (table: string, tenant: string) => {
    const [row] = await database.ask<{ n: number }>(
      `select count(*)::int as n from ${table} where organization_id = $1`,
      [tenant],
    );
    return row?.n ?? 0;
  };
  const ways: readonly {
    readonly variant: string;
    attempt(tenant: string, i: number): Promise<unknown>;
    used(tenant: string): Promise<number>;
  }[] = [
    {
      variant: 'article',
      attempt: (tenant, i) => countThenInsert(trusted, tenant, limit, `New ${i}`),
      used: (tenant) => rowsIn('plain_projects', tenant),
    },
    {
      variant: 'live-count',
      attempt: insert('live_projects'),
      used: (tenant) => rowsIn('live_projects', tenant),
    },
    {
      variant: 'counter-backed',
      attempt: insert('counted_projects'),
      used: (tenant) => rowsIn('counted_projects', tenant),
    },
    {
      variant: 'consume',
      attempt: (tenant) => tenancy.run(tenant, () => limits.consume(pool, 'calls')),
      used: (tenant) =>
        tenancy.run(tenant, async () => (await limits.check(pool, 'calls')).used ?? 0),
    },
  ];
  const results: Result[] = [];
  for (const { variant, attempt, used } of ways) {
    let over = 0;
    for (let run = 0; run < runs; run++) {
      const tenant = randomUUID();
      await database.ask("insert into organizations (id, plan) values ($1, 'free')", [tenant]);
      // 30 callers, each with its next attempt as soon as it has an answer
      const operation = (i: number) => attempt(tenant, i).catch(() => {});
      await runWindow(operation, { count: attempts, concurrency: connections, from: 0 }, []);
      over += (await used(tenant)) - limit;
    }
    results.push({
      ...emptyResult({ bench: 'limits', variant, base: 'article', op: 'overshoot' }),
      concurrency: connections,
      overshoot: over / runs,
      runs,
    });
  }
  await Promise.all([pool.end(), trusted.end()]);
  return results;
}
