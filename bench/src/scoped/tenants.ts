import { createTenantPool } from '@tenantry/core';
import type { BenchDatabase } from '../lib/database.ts';
import { measurePairs } from '../lib/pairs.ts';
import type { Progress } from '../lib/progress.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import type { Pace } from './grid.ts';
import { poolSize } from './operations.ts';
import { samples } from './samples.ts';
import { logins, projectsTable, tenancy } from './schema.ts';

const few = 100;
const many = 10_000;
const rows = 200_000;
const concurrency = 8;

/** Point reads over the tenant pool, of 100 tenants and of 10,000, in tables of the same size. */
export async function measureTenants(
  database: BenchDatabase,
  pace: Pace,
  progress: Progress,
): Promise<Result> {
  progress.step(`tenants: ${few} against ${many}`);
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web),
    ...poolSize(concurrency),
  });
  const contender = async (tenants: number) => {
    const table = `projects_of_${tenants}`;
    await database.ask(projectsTable(table, tenants, rows / tenants));
    await database.ask(`vacuum (freeze, analyze) ${table}`);
    const sample = samples(1, tenants, rows / tenants);
    const text = `select id, name, stars, done_at, created_at from ${table} where id = $1`;
    return {
      name: table,
      operation: (i: number) => {
        const { tenant, id } = sample(i);
        return tenancy.run(tenant, () => pool.query(text, [id]));
      },
    };
  };
  const contenders = [await contender(few), await contender(many)];
  const [base = '', variant = ''] = contenders.map(({ name }) => name);
  const [measured] = await measurePairs(contenders, [{ base, variant }], {
    concurrency,
    pairs: pace.pairs,
    warmUpMs: pace.warmUpMs,
    windowMs: pace.windowMs,
    cpu: database.cpu,
  });
  await pool.end();
  return {
    ...emptyResult({ bench: 'scoped', variant: 'tenantry', base: 'tenantry', op: 'tenants' }),
    concurrency,
    ratio: figure(measured?.ratio ?? Number.NaN),
    cpuRatio: figure(measured?.cpuRatio ?? Number.NaN),
    roundTrips: 1,
    p50: figure(measured?.p50 ?? Number.NaN),
    p99: figure(measured?.p99 ?? Number.NaN),
    tenants: many,
    baseTenants: few,
  };
}
