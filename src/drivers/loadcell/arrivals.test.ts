import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivals } from './arrivals.ts';

const take = (count: number, perSecond: number, kind: 'constant' | 'poisson', seed: number): number[] => {
  const schedule = arrivals({ perSecond, arrivals: kind }, seed);
  return Array.from({ length: count }, () => schedule.next().value);
};

describe('constant arrivals', () => {
  it('come every 1 / rate, without drift', () => {
    expect(take(4, 400, 'constant', 1)).toEqual([0, 2_500, 5_000, 7_500]);
    expect(take(300_001, 3, 'constant', 1).at(-1)).toBeCloseTo(100_000e6, 0);
  });
});

describe('Poisson arrivals', () => {
  it('are the seed’s, and another seed’s are others', () => {
    expect(take(1_000, 500, 'poisson', 7)).toEqual(take(1_000, 500, 'poisson', 7));
    expect(take(10, 500, 'poisson', 7)).not.toEqual(take(10, 500, 'poisson', 8));
  });

  it('have exponential gaps of the mean that was asked', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const times = take(20_000, 1_000, 'poisson', seed);
        const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
        const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
        const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1);
        // Standard errors: 0.7% of the mean, 2% of the deviation; beyond 6 of them no seed goes.
        expect(Math.abs(mean - 1_000)).toBeLessThan(6 * 7.1);
        expect(Math.abs(Math.sqrt(variance) - 1_000)).toBeLessThan(6 * 15);
        const beyond = gaps.filter((gap) => gap > 3_000).length / gaps.length;
        expect(Math.abs(beyond - Math.exp(-3))).toBeLessThan(0.01);
        expect(gaps.every((gap) => gap >= 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
