import { decodeHistogram } from '../model/histogram.ts';
import type { Latency, Measurement, Phases } from '../model/measurement.ts';
import { PERCENTAGES } from '../model/phases.ts';

/**
 * The measurement with what the block's table needs, where a generator gives a histogram but no times request by
 * request (wrk): the Total row and the percentages, to the histogram's three significant digits. Only where latency is
 * ab's Total: with the time to connect, or on kept connections, which have none.
 */
export function withTotals(
  measurement: Measurement,
  keepAlive: boolean,
): { measurement: Measurement; fromHistogram: boolean } {
  const { phases, latency } = measurement;
  if (phases !== null || latency === null || !(keepAlive || latency.includesConnect))
    return { measurement, fromHistogram: false };
  return { measurement: { ...measurement, phases: totalsOf(latency) }, fromHistogram: true };
}

function totalsOf(latency: Latency): Phases {
  const histogram = decodeHistogram(latency.histogram);
  const n = histogram.totalCount;
  // ab's percentile is sorted[floor(n p / 100)]: the value of that rank, counted from 0.
  const at = (percent: number): number => {
    const rank = Math.min(n, Math.floor((n * percent) / 100) + 1);
    return percent >= 100 ? latency.maxUs : Math.min(latency.maxUs, histogram.getValueAtPercentile((100 * rank) / n));
  };
  const { minUs, meanUs, stdevUs, maxUs } = latency;
  return {
    connect: null,
    processing: null,
    waiting: null,
    total: { minUs, meanUs, sdUs: stdevUs, medianUs: at(50), maxUs },
    percentiles: PERCENTAGES.map((percent) => [percent, at(percent)]),
  };
}
