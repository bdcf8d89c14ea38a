import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { measurePairs } from '../lib/pairs.ts';
import type { Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure } from '../lib/stats.ts';
import type { Pace } from './pace.ts';
import { logins, openPool, tenantCount, tenantId, userId } from './prepare.ts';
import { tenancy } from './schema.ts';

const latencyMs = 1;
const concurrency = 8;

/** Role, tenant and actor of a transaction and nothing else, as one prepared statement. */
const context = {
  name: 'context',
  text: `select set_config('role', $1, true), set_config('${tenancy.setting}', $2, true), set_config('app.actor', $3, true)`,
};

/** An entry, which checks the membership and fetches permissions, against the context alone. */
export async function measureEntry(database: BenchDatabase, pace: Pace): Promise<Result[]> {
  await database.proxy.setLatency(latencyMs);
  const pool = openPool(database, concurrency, 'proxy');
  const byHand = new pg.Pool({
    connectionString: database.url(logins.web, 'proxy'),
    max: concurrency,
    idleTimeoutMillis: 0,
  });
  const number = (i: number) => 1 + (i % tenantCount);
  const contenders = [
    {
      name: 'context',
      operation: (i: number) =>
        byHand.query({
          ...context,
          values: [
            tenancy.roles.app,
            tenantId(number(i)),
            JSON.stringify({ user: userId(number(i)) }),
          ],
        }),
    },
    { name: 'tenantry', operation: enterOf(pool, number) },
  ];
  const measured = await measurePairs(
    contenders,
    [
      { base: 'context', variant: 'context' },
      { base: 'context', variant: 'tenantry' },
    ],
    { concurrency, ...pace, cpu: database.cpu },
  );
  const roundTrips = await countRoundTrips(database.proxy, enterOf(pool, number));
  await Promise.all([pool.end(), byHand.end()]);
  await database.proxy.setLatency(0);
  return measured.map((row) => {
    const { variant, base } = row;
    const known = { bench: 'rbac', variant, base, op: 'enter', latencyMs, concurrency };
    const serverRatio = figure(row.serverRatio);
    const trips = variant === 'tenantry' ? roundTrips : 1;
    return measuredResult({ ...known, serverRatio, roundTrips: trips }, row);
  });
}

/** Enters as the member of one tenant after the other. */
export const enterOf =
  (pool: ReturnType<typeof openPool>, number: (i: number) => number) => (i: number) =>
    pool.enter(
      { claim: { by: 'id', value: tenantId(number(i)) }, user: userId(number(i)) },
      () => undefined,
    );
