import { expect, test } from 'vitest';
import { printChecks } from '../src/lib/report.ts';
import { emptyResult, type Result } from '../src/lib/result.ts';
import { exactly, limit, rows } from '../src/lib/targets.ts';

const row = (known: Partial<Result>) =>
  ({
    ...emptyResult({ bench: 'b', variant: 'tenantry', base: 'hand-written', op: 'point' }),
    ...known,
  }) as Result;

const ratio = limit({
  name: 'ratio',
  rows: rows({ variant: 'tenantry', op: ['point', 'list'] }),
  measure: 'ratio',
  atLeast: 1,
});

test('the worst row decides, and every row is told', () => {
  const results = [row({ ratio: 1.2 }), row({ op: 'list', ratio: 0.99 })];
  expect(ratio.check(results)).toEqual({ found: 'point 1.2, list 0.99', reached: false });
  expect(ratio.check(results.slice(0, 1))).toEqual({ found: 'point 1.2', reached: true });
});

test('a limit is not rounded in favour of what was found', () => {
  expect(ratio.check([row({ ratio: 0.9999 })])?.reached).toBe(false);
});

test('rows that a target does not name, or that have no such measure, do not count', () => {
  expect(ratio.check([row({ variant: 'article', ratio: 0.1 }), row({ ratio: null })])).toBe(
    undefined,
  );
});

test('an exact target holds for all its rows or not at all', () => {
  const trips = exactly('trips', rows({ variant: 'tenantry' }), 'roundTrips', 1);
  expect(trips.check([row({ roundTrips: 1 }), row({ roundTrips: 1 })])?.reached).toBe(true);
  expect(trips.check([row({ roundTrips: 1 }), row({ roundTrips: 2 })])).toEqual({
    found: '1, 2',
    reached: false,
  });
});

test('a target that was not measured is neither reached nor missed', () => {
  expect(printChecks([ratio], [])).toBe('–       ratio, at least 1: not measured');
  expect(printChecks([ratio], [row({ ratio: 0.5 })])).toBe('missed  ratio, at least 1: point 0.5');
});
