import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianRanks, PERCENTAGES, percentileRank, phasesOf } from './phases.ts';

const samples = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 300 });

describe('phasesOf', () => {
  it('has nothing to say about no request', () => {
    expect(phasesOf({ total: [] })).toBeNull();
  });

  it('gives one request as it is', () => {
    const row = { minUs: 7, meanUs: 7, sdUs: 0, medianUs: 7, maxUs: 7 };
    expect(phasesOf({ total: [7] })).toEqual({
      connect: null,
      processing: null,
      waiting: null,
      total: row,
      percentiles: PERCENTAGES.map((percent) => [percent, 7]),
    });
  });

  it('agrees with the table that ab.c computes by hand', () => {
    // Ten requests: ctime 1..10, total 100, 90 .. 10, waiting = total / 2.
    const connect = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const total = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10];
    const phases = phasesOf({ connect, total, waiting: new Float64Array(total.map((us) => us / 2)) });
    expect(phases?.connect).toEqual({ minUs: 1, meanUs: 5.5, sdUs: Math.sqrt(82.5 / 9), medianUs: 6, maxUs: 10 });
    expect(phases?.processing).toMatchObject({ minUs: 0, meanUs: 49.5, medianUs: 55, maxUs: 99 });
    expect(phases?.waiting).toMatchObject({ minUs: 5, medianUs: 30, maxUs: 50 });
    expect(phases?.total).toMatchObject({ minUs: 10, meanUs: 55, medianUs: 60, maxUs: 100 });
    expect(phases?.percentiles).toEqual([
      [50, 60],
      [66, 70],
      [75, 80],
      [80, 90],
      [90, 100],
      [95, 100],
      [98, 100],
      [99, 100],
      [100, 100],
    ]);
  });

  it('keeps the order and the content of what it was given', () => {
    const total = new Float64Array([3, 1, 2]);
    phasesOf({ total });
    expect([...total]).toEqual([3, 1, 2]);
  });

  it('orders every row, and the longest request is the last percentile', () => {
    fc.assert(
      fc.property(samples, (total) => {
        const phases = phasesOf({ total, connect: total.map((us) => us / 3) });
        for (const row of [phases?.total, phases?.connect, phases?.processing]) {
          expect(row).not.toBeNull();
          if (!row) continue;
          expect(row.minUs).toBeLessThanOrEqual(row.medianUs);
          expect(row.medianUs).toBeLessThanOrEqual(row.maxUs);
          expect(row.meanUs).toBeGreaterThanOrEqual(row.minUs - 1e-6);
          expect(row.meanUs).toBeLessThanOrEqual(row.maxUs + 1e-6);
        }
        const values = phases?.percentiles.map(([, us]) => us) ?? [];
        expect(values).toEqual([...values].sort((a, b) => a - b));
        expect(values.at(-1)).toBe(Math.max(...total));
      }),
    );
  });
});

describe("ab's order statistics", () => {
  it('takes the mean of the middle and the next higher one for an odd count', () => {
    const medianOf = (total: number[]) => phasesOf({ total })?.total.medianUs;
    expect(medianOf([9, 1, 2])).toBe(5.5);
    expect(medianOf([3, 1, 9, 2])).toBe(3);
    expect(medianOf([4])).toBe(4);
    expect([1, 2, 3, 4, 5].map(medianRanks)).toEqual([[0], [1], [1, 2], [2], [2, 3]]);
  });

  it('takes sorted[floor(n p / 100)]', () => {
    expect([66, 99, 100].map((percent) => percentileRank(3, percent))).toEqual([1, 2, 2]);
    expect([0, 50, 99, 100].map((percent) => percentileRank(1_000, percent))).toEqual([0, 500, 990, 999]);
  });
});
