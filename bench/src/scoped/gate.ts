import { createTenantPool, type TenantPool } from '@tenantry/core';
import type { Expectation } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { countAll } from './counts.ts';
import {
  type OperationName,
  operationNames,
  poolSize,
  readSample,
  violates,
} from './operations.ts';
import { planShapes } from './plans.ts';
import { openPolicyPairs, policyOperations } from './policies.ts';
import { scopesAtOnce, scopesOnPoolOfOne } from './pool-of-one.ts';
import { prepare } from './prepare.ts';
import { logins, tenancy } from './schema.ts';
import { scoped } from './variants/sql.ts';

/** A scoped statement is one round trip, a batch too, a transaction of N statements N + 1. */
const roundTrips: Readonly<Record<OperationName, number>> = {
  point: 1,
  list: 1,
  insert: 1,
  update: 1,
  count: 1,
  transaction: 4,
  batch: 1,
  error: 1,
};

/** Checks what holds on any machine, on the same data as the bench. */
export async function scopedGate(write: (line: string) => void): Promise<Expectation[]> {
  write('scoped: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, { peer: false });
    const pool = createTenantPool(tenancy, {
      connectionString: database.url(logins.web),
      ...poolSize(4),
    });
    const found = [
      ...(await roundTripsHold(database)),
      ...(await plansHold(pool)),
      await errorsKeepConnections(pool),
      await policyStatementsRun(database),
    ];
    await pool.end();
    return [...found, await poolOfOneHolds(database)];
  } finally {
    await database.end();
  }
}

async function roundTripsHold(database: BenchDatabase): Promise<Expectation[]> {
  const ours = ['tenantry', 'tenantry-unnamed', 'tenantry-drizzle'];
  const compared = ours.map((variant) => ({ base: variant, variant }));
  const counts = await countAll(database, compared, operationNames);
  return ours.flatMap((variant) =>
    operationNames.map((op) => {
      const found = counts.get(variant)?.get(op)?.roundTrips;
      return expectation(`round trips of ${op} through ${variant}`, roundTrips[op], found);
    }),
  );
}

async function plansHold(pool: TenantPool): Promise<Expectation[]> {
  const shapes = await planShapes(pool);
  return shapes.flatMap(({ statement, initPlan, tenantIndex }) => [
    expectation(`${statement}: the tenant is an InitPlan`, true, initPlan),
    expectation(`${statement}: an index is searched by the tenant`, true, tenantIndex),
  ]);
}

/** The bench itself is too long for a gate, and would not be missed while it is broken. */
async function policyStatementsRun(database: BenchDatabase): Promise<Expectation> {
  const { pairs, end } = await openPolicyPairs(database);
  for (const op of policyOperations) {
    await pairs[op]?.base(0);
    await pairs[op]?.variant(0);
  }
  await end();
  const found = Object.keys(pairs).length;
  return expectation('statements with policies and without', policyOperations.length, found);
}

async function errorsKeepConnections(pool: TenantPool): Promise<Expectation> {
  let removed = 0;
  const count = () => removed++;
  pool.on('remove', count);
  for (let i = 0; i < 20; i++) {
    const { tenant, id } = readSample(i);
    await tenancy.run(tenant, () => violates(pool.query(scoped.duplicate, [id, 'Twice'])));
  }
  pool.off('remove', count);
  return expectation('connections destroyed by 20 unique violations', 0, removed);
}

async function poolOfOneHolds(database: BenchDatabase): Promise<Expectation> {
  const finished = await scopesOnPoolOfOne(database);
  return expectation('scopes of 30 at once that finish on a pool of one', scopesAtOnce, finished);
}

const expectation = (what: string, expected: unknown, found: unknown): Expectation => ({
  what,
  expected: String(expected),
  found: String(found),
  holds: expected === found,
});
