import type { Target } from '../lib/bench.ts';
import { exactly, limit, rows } from '../lib/targets.ts';

const ours = { variant: 'tenantry' };

/** What the project promises of permissions. */
export const targets: readonly Target[] = [
  limit({
    name: 'a check to a bare Set look-up',
    rows: rows({ ...ours, op: 'check', base: 'set' }),
    measure: 'ratio',
    atLeast: 0.5,
  }),
  limit({
    name: 'a check to CASL',
    rows: rows({ ...ours, op: 'check', base: 'casl' }),
    measure: 'ratio',
    atLeast: 2,
  }),
  limit({
    name: 'a check to better-auth',
    rows: rows({ ...ours, op: 'check', base: 'better-auth' }),
    measure: 'ratio',
    atLeast: 5,
  }),
  exactly('round trips of an entry', rows({ ...ours, op: 'enter' }), 'roundTrips', 1),
  limit({
    name: 'an entry to the context alone, +1 ms',
    rows: rows({ ...ours, base: 'context', op: 'enter' }),
    measure: 'ratio',
    atLeast: 0.909,
  }),
  limit({
    name: 'CPU of the server, an entry to the context alone',
    rows: rows({ ...ours, base: 'context', op: 'enter' }),
    measure: 'serverRatio',
    atMost: 2,
  }),
  limit({
    name: 'a policy with a permission to that of the tenant alone, 200,000 rows',
    rows: rows({ variant: ['tenantry', 'per-resource'], op: 'policy' }),
    measure: 'ratio',
    atLeast: 0.833,
  }),
];
