import type { Target } from '../lib/bench.ts';
import { exactly, limit, rows } from '../lib/targets.ts';
import { scopesAtOnce } from './pool-of-one.ts';

const single = ['point', 'list', 'insert', 'update', 'count'];
/** How many operations at once the promises are about. */
export const targetConcurrency = 8;
const network = { latencyMs: 1, concurrency: targetConcurrency };
const loopback = { latencyMs: 0, concurrency: targetConcurrency };
const toHand = { variant: 'tenantry', base: 'hand-written', op: single };
const toNamed = { variant: 'tenantry', base: 'hand-written-named', op: single };
const unnamed = { variant: 'tenantry-unnamed', base: 'hand-written', op: single };
const toDrizzle = { variant: 'tenantry-drizzle', base: 'drizzle', op: single };
const policy = { variant: 'tenantry', base: 'hand-written' };

/** What the project promises of a scoped statement. */
export const targets: readonly Target[] = [
  exactly(
    'round trips of a scoped statement',
    rows({ variant: 'tenantry', op: single }),
    'roundTrips',
    1,
  ),
  exactly(
    'round trips of a batch of 3',
    rows({ variant: 'tenantry', op: 'batch' }),
    'roundTrips',
    1,
  ),
  exactly(
    'round trips of a transaction of 3',
    rows({ variant: 'tenantry', op: 'transaction' }),
    'roundTrips',
    4,
  ),
  limit({
    name: 'raw pg to hand-written, +1 ms',
    rows: rows({ ...toHand, ...network }),
    measure: 'ratio',
    atLeast: 1,
  }),
  limit({
    name: 'raw pg to hand-written, loopback',
    rows: rows({ ...toHand, ...loopback }),
    measure: 'ratio',
    atLeast: 0.95,
  }),
  limit({
    name: 'raw pg to named hand-written, +1 ms',
    rows: rows({ ...toNamed, ...network }),
    measure: 'ratio',
    atLeast: 0.93,
  }),
  limit({
    name: 'CPU to named hand-written, +1 ms',
    rows: rows({ ...toNamed, ...network }),
    measure: 'cpuRatio',
    atMost: 1.45,
  }),
  limit({
    name: 'CPU to named hand-written, loopback',
    rows: rows({ ...toNamed, ...loopback }),
    measure: 'cpuRatio',
    atMost: 1.45,
  }),
  limit({
    name: 'unnamed to unnamed, +1 ms',
    rows: rows({ ...unnamed, ...network }),
    measure: 'ratio',
    atLeast: 0.9,
  }),
  limit({
    name: 'CPU, unnamed to unnamed, +1 ms',
    rows: rows({ ...unnamed, ...network }),
    measure: 'cpuRatio',
    atMost: 1.45,
  }),
  limit({
    name: 'Drizzle to Drizzle by hand, +1 ms',
    rows: rows({ ...toDrizzle, ...network }),
    measure: 'ratio',
    atLeast: 1.2,
  }),
  limit({
    name: 'Drizzle to Drizzle by hand, loopback',
    rows: rows({ ...toDrizzle, ...loopback }),
    measure: 'ratio',
    atLeast: 1.2,
  }),
  limit({
    name: 'a batch of 3 reads to three by hand, +1 ms',
    rows: rows({ variant: 'tenantry', base: 'hand-written', op: 'batch', ...network }),
    measure: 'ratio',
    atLeast: 2.3,
  }),
  limit({
    name: 'times the BEGIN/SET/COMMIT of articles, +1 ms',
    rows: rows({ variant: 'tenantry', base: 'article', op: single, ...network }),
    measure: 'ratio',
    atLeast: 4,
  }),
  limit({
    name: 'times @usebetterdev/tenant, +1 ms',
    rows: rows({ variant: 'tenantry', base: 'better-tenant', op: single, ...network }),
    measure: 'ratio',
    atLeast: 3,
  }),
  exactly(
    'connections destroyed by an SQL error',
    rows({ variant: ['tenantry', 'tenantry-unnamed', 'tenantry-drizzle'], op: 'error' }),
    'connectionsDestroyed',
    0,
  ),
  exactly(
    'scopes that finish on a pool of one',
    rows({ op: 'pool-of-one' }),
    'finished',
    scopesAtOnce,
  ),
  limit({
    name: 'policies: CPU of a 1M-row scan',
    rows: rows({ ...policy, op: 'scan' }),
    measure: 'cpuRatio',
    atMost: 1.1,
  }),
  limit({
    name: 'policies: CPU of a 1,000-row insert check',
    rows: rows({ ...policy, op: 'insert-check' }),
    measure: 'cpuRatio',
    atMost: 1.1,
  }),
  exactly('plans look the tenant up once', rows({ op: 'plan' }), 'initPlan', true),
  exactly('plans use the tenant index', rows({ op: 'plan' }), 'tenantIndex', true),
  limit({
    name: '10,000 tenants to 100',
    rows: rows({ op: 'tenants' }),
    measure: 'ratio',
    atLeast: 0.8,
  }),
  limit({
    name: 'bulkInsert of 1,000 rows to the same without policies',
    rows: rows({ ...policy, op: ['bulk', 'bulk-helper'] }),
    measure: 'ratio',
    atLeast: 0.909,
  }),
];
