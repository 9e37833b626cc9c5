import { encodeHistogram, newHistogram, recordUs } from '../../model/histogram.ts';
import type { Latency } from '../../model/measurement.ts';

type About = Pick<Latency, 'kind' | 'resolutionUs' | 'includesConnect'>;

/** Times in µs, each with how often it was seen; null when there is none. Moments are exact, whatever the histogram's buckets. */
export function latencyOfCounts(counts: Iterable<readonly [us: number, count: number]>, about: About): Latency | null {
  const histogram = newHistogram();
  let [count, mean, squares, min, max] = [0, 0, 0, Number.POSITIVE_INFINITY, 0];
  for (const [us, times] of counts) {
    if (times <= 0) continue;
    recordUs(histogram, us, times);
    // Welford's running moments, for `times` equal samples at once.
    count += times;
    const delta = us - mean;
    mean += (delta * times) / count;
    squares += times * delta * (us - mean);
    if (us < min) min = us;
    if (us > max) max = us;
  }
  if (count === 0) return null;
  const stdevUs = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  return { ...about, histogram: encodeHistogram(histogram), count, minUs: min, meanUs: mean, maxUs: max, stdevUs };
}

/** Times in µs, one a request; null when there is none. */
export function latencyOfSamples(samplesUs: Iterable<number>, about: About): Latency | null {
  return latencyOfCounts(once(samplesUs), about);
}

function* once(samplesUs: Iterable<number>): Generator<[number, number]> {
  for (const us of samplesUs) yield [us, 1];
}
