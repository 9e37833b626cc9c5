import { describe, expect, test } from 'vitest';
import { strongestStep } from './drift.ts';

/** Normal noise of standard deviation 1 from a fixed seed (Park and Miller; Box and Muller). */
function noise(count: number, seed: number): number[] {
  let state = seed;
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

describe('the strongest step of a series', () => {
  test('stands where the level changes, with the levels', () => {
    const step = strongestStep([10, 10.1, 9.9, 20, 20.1, 19.9, 20])!;
    expect(step.at).toBe(3);
    expect(step.before).toBeCloseTo(10, 5);
    expect(step.after).toBeCloseTo(20, 5);
    expect(step.z).toBeGreaterThan(5);
  });

  test('needs four values', () => {
    expect(strongestStep([1, 2, 3])).toBeNull();
    expect(strongestStep([0, 0, 0, 0])?.z).toBe(0);
  });

  test('is seldom five standard errors, or 15% of the level, in noise of 7%', () => {
    const series = Array.from({ length: 400 }, (_, i) => noise(10, 1000 + 7919 * i).map((z) => 100 + 7 * z));
    const steps = series.map((values) => strongestStep(values)!);
    const flagged = steps.filter(
      ({ z, before, after }) => z >= 5 && Math.abs(after - before) > 0.15 * Math.max(before, after),
    );
    expect(flagged.length).toBeLessThan(4);
  });
});
