import { matchesText } from '@tenantry/rls';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { median } from '../lib/stats.ts';
import type { SearchCase } from './cases.ts';
import { newest, select, tenancy, tenant } from './schema.ts';

/** What the server itself says that a search takes, planned and executed, in milliseconds. */
async function takes(client: pg.Client, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query(`explain (analyze, timing off, format json) ${sql}`, values);
  const [plan] = rows[0]['QUERY PLAN'] as [{ 'Planning Time': number; 'Execution Time': number }];
  return plan['Planning Time'] + plan['Execution Time'];
}

/**
 * Time of a search on the server to that of the same past all policies, by variant: medians of
 * adjacent pairs on one connection, without the way there and back and without the pools.
 */
export async function executionRatios(
  database: BenchDatabase,
  { column, query, byHand, value }: SearchCase,
  pairs: number,
): Promise<Readonly<Record<string, number>>> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query('select set_config($1, $2, false)', [tenancy.setting, tenant]);
  const base = `${select} ${byHand} and organization_id = $2 ${newest}`;
  const past = async () => {
    await client.query('reset role');
    return takes(client, base, [value, tenant]);
  };
  const under = async (options: { readonly first?: number }) => {
    await client.query(`set role ${tenancy.roles.app}`);
    const { text, values } = matchesText(column, query, options);
    return takes(client, `${select} ${text} ${newest}`, [...values]);
  };
  const measure = async (options: { readonly first?: number }) => {
    const ratios: number[] = [];
    for (let i = -2; i < pairs; i++) {
      const first = i % 2 === 0 ? await past() : await under(options);
      const second = i % 2 === 0 ? await under(options) : await past();
      if (i >= 0) ratios.push(i % 2 === 0 ? second / first : first / second);
    }
    return median(ratios);
  };
  try {
    return { matches: await measure({}), 'matches-first': await measure({ first: 50 }) };
  } finally {
    await client.end();
  }
}
