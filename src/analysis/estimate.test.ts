import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf, intervalRank, median } from './estimate.ts';

describe('median', () => {
  test('is the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 30])).toBe(3);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });
});

describe('the interval of a median', () => {
  // Tables of order statistics (Conover, table A3): the kth and (n - k + 1)th hold the median with 95% or more.
  test.each([
    [1, 0],
    [5, 0],
    [6, 1],
    [8, 1],
    [9, 2],
    [10, 2],
    [12, 3],
    [15, 4],
    [20, 6],
    [25, 8],
    [30, 10],
    [50, 18],
    [100, 40],
  ])('of %i trials has the rank %i', (n, rank) => {
    expect(intervalRank(n)).toBe(rank);
  });

  test('of very many trials is about n/2 - 0.98 sqrt(n)', () => {
    expect(intervalRank(10_000)).toBeGreaterThan(4_890);
    expect(intervalRank(10_000)).toBeLessThan(4_910);
  });

  test('is the range, and called so, until six trials allow one', () => {
    expect(estimateOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 1, high: 5, interval: 'range', n: 5 });
    expect(estimateOf([5, 1, 3, 2, 4, 6])).toEqual({ median: 3.5, low: 1, high: 6, interval: '95%', n: 6 });
    expect(estimateOf([9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ median: 5, low: 2, high: 8, interval: '95%', n: 9 });
    expect(estimateOf([])).toBeNull();
  });

  test('holds the median, lies within the values, and does not depend on their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
        const estimate = estimateOf(values)!;
        expect(estimate.low).toBeLessThanOrEqual(estimate.median);
        expect(estimate.median).toBeLessThanOrEqual(estimate.high);
        expect(values).toContain(estimate.low);
        expect(values).toContain(estimate.high);
        expect(estimateOf(values.toReversed())).toEqual(estimate);
      }),
    );
  });
});
