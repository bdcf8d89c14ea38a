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

/** What a search takes on the server, and that to the time of the same past all policies. */
export interface Execution {
  readonly ratio: number;
  readonly milliseconds: number;
}

/** Rounds that nobody counts: plans that are made once a session are made in them. */
const warmUp = 6;

/**
 * Time of a search on the server to that of the same past all policies, by variant: medians of
 * adjacent pairs on one connection, without the way there and back and without the pools.
 */
export async function executions(
  database: BenchDatabase,
  { column, query, byHand, value }: SearchCase,
  pairs: number,
): Promise<Readonly<Record<string, Execution>>> {
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
  const bases: number[] = [];
  const measure = async (options: { readonly first?: number }) => {
    const all: { readonly base: number; readonly own: number }[] = [];
    for (let i = -warmUp; i < pairs; i++) {
      const before = i % 2 === 0 ? await past() : undefined;
      const own = await under(options);
      const base = before ?? (await past());
      if (i >= 0) all.push({ base, own });
    }
    bases.push(...all.map(({ base }) => base));
    return {
      ratio: median(all.map(({ base, own }) => own / base)),
      milliseconds: median(all.map(({ own }) => own)),
    };
  };
  try {
    const matches = await measure({});
    const first = await measure({ first: 50 });
    const base = { ratio: 1, milliseconds: median(bases) };
    return { 'without-rls': base, matches, 'matches-first': first };
  } finally {
    await client.end();
  }
}
