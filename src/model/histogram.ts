import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { HIGHEST_US } from './histogram-counter.ts';

/**
 * Latency distributions: HdrHistograms of whole microseconds, 1 µs to 1 h at three significant digits.
 * Histograms are merged; percentiles are never averaged (a mean of p99s is the p99 of nothing).
 */
export type LatencyHistogram = Histogram;

/** A histogram as it is stored: HdrHistogram V2, compressed, base64. */
export type EncodedHistogram = string;

export function newHistogram(): LatencyHistogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
  });
}

/** Records a latency given in µs (fractions are rounded, values under 1 µs count as 1). */
export function recordUs(histogram: LatencyHistogram, us: number, count = 1): void {
  const value = Math.min(Math.max(1, Math.round(us)), HIGHEST_US);
  if (count === 1) histogram.recordValue(value);
  else if (count > 0) histogram.recordValueWithCount(value, count);
}

export function histogramOf(samplesUs: Iterable<number>): LatencyHistogram {
  const histogram = newHistogram();
  for (const us of samplesUs) recordUs(histogram, us);
  return histogram;
}

/** Counts by µs as a stored histogram. */
export function encodeCounts(counts: Iterable<readonly [us: number, count: number]>): EncodedHistogram {
  const histogram = newHistogram();
  for (const [us, count] of counts) recordUs(histogram, us, count);
  return encodeHistogram(histogram);
}

export const encodeHistogram = (histogram: LatencyHistogram): EncodedHistogram => encodeIntoCompressedBase64(histogram);
export const decodeHistogram = (encoded: EncodedHistogram): LatencyHistogram => decodeFromCompressedBase64(encoded);

/** Merges stored histograms into one; null when there is none to merge. */
export function mergeHistograms(encoded: readonly EncodedHistogram[]): LatencyHistogram | null {
  if (encoded.length === 0) return null;
  const sum = newHistogram();
  for (const one of encoded) sum.add(decodeHistogram(one));
  return sum;
}
