import type { Target } from '../lib/bench.ts';
import { exactly, limit, rows } from '../lib/targets.ts';

/** What the project promises of billing. */
export const targets: readonly Target[] = [
  exactly('round trips of a webhook', rows({ op: 'intake' }), 'roundTrips', 1),
  exactly('webhooks refused', rows({ op: 'intake' }), 'refused', 0),
  exactly('webhooks answered with 200 and not stored', rows({ op: 'intake' }), 'lost', 0),
  limit({
    name: 'verified events a second, while the worker runs',
    rows: rows({ op: 'intake' }),
    measure: 'perSecond',
    atLeast: 1000,
  }),
  limit({
    name: 'p99 of a webhook in ms, while the worker runs',
    rows: rows({ op: 'intake' }),
    measure: 'p99',
    atMost: 50,
  }),
  limit({
    name: 'fetch rounds for a burst of 1,000 events of one customer',
    rows: rows({ op: 'burst' }),
    measure: 'rounds',
    atMost: 5,
  }),
  exactly('customers that failed in a backfill', rows({ op: 'backfill' }), 'failed', 0),
  limit({
    name: 'heap at its most to heap after the first tenth of a backfill',
    rows: rows({ op: 'backfill' }),
    measure: 'heapGrowth',
    atMost: 1.2,
  }),
];
