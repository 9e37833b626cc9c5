import type { Estimate } from '../model/result.ts';

/** Half of what a 95% interval may miss. */
const TAIL = 0.025;

/** The middle value; the mean of the two middle ones for an even count. NaN when there is none. */
export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const upper = ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
  const lower = ascending[Math.ceil(ascending.length / 2) - 1] ?? upper;
  return lower + (upper - lower) / 2;
}

/**
 * The median of trials. `low` and `high` are a 95% interval of the median from order statistics where that exists (six
 * trials or more), and the lowest and highest trial otherwise. No distribution is assumed: for independent trials the
 * number of those under the true median is binomial with p = 1/2 (Conover, Practical Nonparametric Statistics, 3.2).
 *
 * @returns null when there is no value.
 */
export function estimateOf(values: readonly number[]): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const ascending = values.toSorted((a, b) => a - b);
  const rank = intervalRank(n);
  const inward = Math.max(rank, 1) - 1;
  return {
    median: median(values),
    low: ascending[inward] as number,
    high: ascending[n - 1 - inward] as number,
    interval: rank > 0 ? '95%' : 'range',
    n,
  };
}

/** The largest k for which the kth lowest and kth highest of n values hold the median with 95%; 0 when not even k = 1 does. */
export function intervalRank(n: number): number {
  let rank = 0;
  // By logarithms: 0.5 ** n is 0 for more than a thousand trials.
  let logProbability = -n * Math.LN2;
  let below = Math.exp(logProbability);
  while (below <= TAIL) {
    rank += 1;
    logProbability += Math.log((n - rank + 1) / rank);
    below += Math.exp(logProbability);
  }
  return rank;
}
