import type { Target } from '../lib/bench.ts';
import { exactly, limit, rows } from '../lib/targets.ts';

/** What the project promises of the audit log. */
export const targets: readonly Target[] = [
  exactly('round trips of a change with its entry', rows({ op: 'explicit' }), 'roundTrips', 1),
  limit({
    name: 'a change with its entry to the change alone, +1 ms',
    rows: rows({ op: 'explicit' }),
    measure: 'timesTheStatement',
    atMost: 1.35,
  }),
  limit({
    name: 'added cost of a capture to that of a full-row trigger, single',
    rows: rows({ op: 'trigger-single' }),
    measure: 'shareOfAddedCost',
    atMost: 0.5,
  }),
  limit({
    name: 'added cost of a capture to that of a full-row trigger, bulk',
    rows: rows({ op: ['trigger-bulk', 'trigger-update'] }),
    measure: 'shareOfAddedCost',
    atMost: 0.2,
  }),
  limit({
    name: '16 writers of one tenant with a sealer to without',
    rows: rows({ op: 'seal' }),
    measure: 'ratio',
    atLeast: 0.95,
  }),
  limit({
    name: 'memory of an export of 1M entries, MB',
    rows: rows({ op: 'export' }),
    measure: 'peakMemoryMb',
    atMost: 150,
  }),
  limit({
    name: 'the last 50 of 5M entries to those of 100,000',
    rows: rows({ op: 'last-50' }),
    measure: 'ratio',
    atLeast: 0.8,
  }),
];
