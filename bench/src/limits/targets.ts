import type { Target } from '../lib/bench.ts';
import { exactly, limit, rows } from '../lib/targets.ts';

const live = { variant: 'live-count', base: 'no-limit', op: 'insert', latencyMs: 1 };
const exact = ['live-count', 'counter-backed', 'consume'];

/** What the project promises of limits. */
export const targets: readonly Target[] = [
  exactly(
    'overshoot of 120 attempts at 10',
    rows({ op: 'overshoot', variant: exact }),
    'overshoot',
    0,
  ),
  exactly(
    'round trips of an insert under a limit',
    rows({ variant: 'live-count' }),
    'roundTrips',
    1,
  ),
  exactly(
    'round trips of consume',
    rows({ op: ['consume-hot', 'consume-hot-keyed', 'consume-spread'] }),
    'roundTrips',
    1,
  ),
  limit({
    name: 'insert under a live count of 50 to the same without, +1 ms',
    rows: rows(live),
    measure: 'ratio',
    atLeast: 0.8, // within 1.25 of its time
  }),
  limit({
    name: 'the same: server CPU',
    rows: rows(live),
    measure: 'serverRatio',
    atMost: 2,
  }),
  limit({
    name: 'insert with a counter at 100,000 rows to the same without, +1 ms',
    rows: rows({ variant: 'counter-backed', base: 'no-limit', op: 'insert-100k', latencyMs: 1 }),
    measure: 'ratio',
    atLeast: 0.667,
  }),
  limit({
    name: 'consume a second on one counter',
    rows: rows({ op: 'consume-hot' }),
    measure: 'perSecond',
    atLeast: 2000,
  }),
  limit({
    name: "insert under a limit to the article's count-then-insert, +1 ms",
    rows: rows({ variant: 'live-count', base: 'article', op: 'insert', latencyMs: 1 }),
    measure: 'ratio',
    atLeast: 1.5,
  }),
];
