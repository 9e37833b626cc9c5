import type { LatencyHistogram } from '../model/histogram.ts';

/** Share of the values that are at or under `us`, by bisection: the histogram tells values of shares only. */
export function shareUpTo(histogram: LatencyHistogram, us: number): number {
  if (histogram.maxValue <= us) return 1;
  let [low, high] = [0, 100];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (histogram.getValueAtPercentile(middle) <= us) low = middle;
    else high = middle;
  }
  return low / 100;
}

/** Number of values above `fromUs` and at or under `toUs`. */
export const countBetween = (histogram: LatencyHistogram, fromUs: number, toUs: number): number =>
  Math.round((shareUpTo(histogram, toUs) - shareUpTo(histogram, fromUs)) * histogram.totalCount);

const STEPS = 100;

/** Share of the summed time that the slowest 1% of the values take, from 100 quantiles among them. */
export function timeShareOfSlowest(histogram: LatencyHistogram): number {
  if (histogram.totalCount === 0 || histogram.mean <= 0) return 0;
  let sum = 0;
  for (let step = 0; step < STEPS; step += 1) sum += histogram.getValueAtPercentile(99 + (step + 0.5) / STEPS);
  return Math.min(1, (0.01 * sum) / STEPS / histogram.mean);
}
