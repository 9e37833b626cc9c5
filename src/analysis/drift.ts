import { median } from './estimate.ts';

/** A step in a series: its place (values before it) and the means on both sides. */
export interface Step {
  at: number;
  before: number;
  after: number;
  /** The difference in standard errors of the noise. */
  z: number;
}

/** Noise is taken to be at least this part of the level: a rate that repeats to the last request is rounding, not calm. */
const LEAST_NOISE = 0.01;

/**
 * The most likely place of one change of level, with two values or more on each side; a slow trend has one in its
 * middle. The noise is the median of the absolute successive differences, which one step, wherever it is, hardly moves
 * (for normal noise that median is 0.6745 sqrt 2 standard deviations).
 *
 * @returns null for fewer than four values.
 */
export function strongestStep(values: readonly number[]): Step | null {
  const n = values.length;
  if (n < 4) return null;
  const differences = values.slice(1).map((value, index) => Math.abs(value - (values[index] as number)));
  const noise = Math.max(
    median(differences) / (0.6745 * Math.SQRT2),
    LEAST_NOISE * Math.abs(mean(values)),
    Number.MIN_VALUE,
  );
  let best: Step | null = null;
  for (let at = 2; at <= n - 2; at += 1) {
    const [before, after] = [mean(values.slice(0, at)), mean(values.slice(at))];
    const z = (Math.abs(after - before) * Math.sqrt((at * (n - at)) / n)) / noise;
    if (best === null || z > best.z) best = { at, before, after, z };
  }
  return best;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
