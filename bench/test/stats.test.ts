import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { figure, median, quantile, round, spread } from '../src/lib/stats.ts';

const numbers = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 });

describe('median', () => {
  test('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  test('compares as numbers, not as text, and leaves its input alone', () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });

  test('has half of the numbers on either side', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(
          values.length / 2,
        );
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(
          values.length / 2,
        );
      }),
    );
  });

  test('is not moved by one wild value', () => {
    expect(median([1, 1, 1, 1, 1000])).toBe(1);
  });
});

describe('quantile', () => {
  test('interpolates between the two nearest', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(
      quantile(
        Array.from({ length: 101 }, (_, i) => i),
        0.99,
      ),
    ).toBe(99);
  });

  test('goes from the smallest to the largest, and never down', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        expect(quantile(values, 0)).toBe(Math.min(...values));
        expect(quantile(values, 1)).toBe(Math.max(...values));
        expect(quantile(values, q)).toBeLessThanOrEqual(quantile(values, Math.min(1, q + 0.1)));
      }),
    );
  });
});

test('figures claim three digits and nothing where nothing was measured', () => {
  expect(round(0.123456)).toBe(0.123);
  expect(round(1234.5)).toBe(1230);
  expect(figure(Number.NaN)).toBeNull();
  expect(figure(Number.POSITIVE_INFINITY)).toBeNull();
  expect(figure(0)).toBe(0);
});

test('the spread of equal ratios is none, and a share of the median else', () => {
  expect(spread([2, 2, 2])).toBe(0);
  expect(spread([1, 2, 3, 4, 5])).toBeCloseTo(2 / 3);
});
