import { encodeHistogram, mergeHistograms } from '../model/histogram.ts';
import type { Measurement } from '../model/measurement.ts';
import type { CellResult } from '../model/result.ts';

/** Percentiles in µs of all trials' latencies together. Histograms are added up; no percentile is averaged. */
export function mergedLatency(
  measurements: readonly Measurement[],
): Pick<CellResult, 'latencyUs' | 'latencyKind' | 'histogram'> {
  const latencies = measurements.flatMap(({ latency }) => (latency === null || latency.count === 0 ? [] : [latency]));
  const merged = mergeHistograms(latencies.map(({ histogram }) => histogram));
  const kind = latencies[0]?.kind;
  if (merged === null || kind === undefined) return { latencyUs: null, latencyKind: null, histogram: null };
  const max = Math.max(...latencies.map(({ maxUs }) => maxUs));
  // A histogram tells the top of a value's bucket, which may lie above the true maximum.
  const at = (percentile: number): number => Math.min(merged.getValueAtPercentile(percentile), max);
  const count = latencies.reduce((sum, one) => sum + one.count, 0);
  const mean = latencies.reduce((sum, one) => sum + one.meanUs * one.count, 0) / count;
  return {
    latencyUs: { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max, mean },
    latencyKind: kind,
    histogram: encodeHistogram(merged),
  };
}
