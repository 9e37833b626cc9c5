import type { PhaseRow, Phases } from './measurement.ts';

/** Per-request times in µs, in any order; one element a request. Rows that were not measured are left out. */
export interface PhaseSamples {
  /** From the start to the established connection; 0 where a kept connection was used again. */
  connect?: ArrayLike<number>;
  /** total - connect. Derived when `connect` is there and this is not. */
  processing?: ArrayLike<number>;
  /** From the request written to the first byte of the reply. */
  waiting?: ArrayLike<number>;
  /** From the start to the last byte of the reply. */
  total: ArrayLike<number>;
}

/** The percentages of ab's "Percentage of the requests served within a certain time". */
export const PERCENTAGES = [50, 66, 75, 80, 90, 95, 98, 99, 100] as const;

/**
 * ab's "Connection Times" table and its percentiles, by ab's rules (ab.c, `output_results`): sample standard deviation,
 * ab's own median, percentile p = sorted[floor(n p / 100)], 100 = the longest. Each row is computed by itself, so that
 * rows do not add up. Values stay in µs and unrounded: ab's whole-ms figures are `floor((µs + 500) / 1000)` of these.
 *
 * @returns null when there is no sample. ab prints no percentiles for a single request; they are given here all the same.
 */
export function phasesOf(samples: PhaseSamples): Phases | null {
  const total = sorted(samples.total);
  if (total.length === 0) return null;
  return {
    connect: samples.connect ? rowOf(sorted(samples.connect)) : null,
    processing: rowOfProcessing(samples),
    waiting: samples.waiting ? rowOf(sorted(samples.waiting)) : null,
    total: rowOf(total) as PhaseRow,
    percentiles: PERCENTAGES.map((percent) => [percent, total[percentileRank(total.length, percent)] as number]),
  };
}

/** Where ab's percentile stands among n ascending values: sorted[floor(n p / 100)], the last one for 100. */
export const percentileRank = (n: number, percent: number): number =>
  percent >= 100 ? n - 1 : Math.min(n - 1, Math.floor((n * percent) / 100));

/** Where the values stand whose mean is ab's median: for an odd count the middle one and the next higher one (so biased high). */
export function medianRanks(n: number): number[] {
  const middle = Math.floor(n / 2);
  return n % 2 === 1 && middle + 1 < n ? [middle, middle + 1] : [middle];
}

function rowOfProcessing(samples: PhaseSamples): PhaseRow | null {
  if (samples.processing) return rowOf(sorted(samples.processing));
  const { connect, total } = samples;
  if (!connect) return null;
  const processing = new Float64Array(total);
  for (let i = 0; i < processing.length; i++) processing[i] = (processing[i] as number) - (connect[i] ?? 0);
  return rowOf(processing.sort());
}

/** Ascending copy; typed arrays sort by number, and fast. */
const sorted = (samples: ArrayLike<number>): Float64Array => new Float64Array(samples).sort();

function rowOf(ascending: Float64Array): PhaseRow | null {
  const n = ascending.length;
  if (n === 0) return null;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ascending[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((ascending[i] as number) - mean) ** 2;
  const middle = medianRanks(n).map((rank) => ascending[rank] as number);
  return {
    minUs: ascending[0] as number,
    meanUs: mean,
    sdUs: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    medianUs: middle.reduce((a, b) => a + b) / middle.length,
    maxUs: ascending[n - 1] as number,
  };
}
