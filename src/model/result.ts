import type { Caveat, Verdict } from './caveat.ts';
import type { EncodedHistogram } from './histogram.ts';
import type { MachineFacts } from './machine.ts';
import type { Load } from './plan.ts';

/** `results.json`: the fold of a run's records. The published JSON schema is generated from src/results/schema.ts. */
export interface Results {
  schemaVersion: 1;
  loadcell: string;
  experiment: { name: string; title: string; digest: string };
  run: {
    id: string;
    startedAt: string;
    finishedAt: string;
    seed: number;
    quick: boolean;
    complete: boolean;
    isolation: 'namespace' | 'host' | 'mixed' | 'none';
  };
  machine: MachineFacts;
  cells: CellResult[];
  comparisons: Comparison[];
  thresholds: ThresholdResult[];
}

export interface CellResult {
  id: string;
  server: string;
  environment: string;
  load: Load;
  verdict: Verdict;
  /** Why it is `not-run`, or why no trial gave a measurement; null otherwise. */
  reason: string | null;
  caveats: Caveat[];
  /** Trials that count: measured and not invalid. */
  trials: number;
  trialsPlanned: number;
  requeued: number;
  /** null when nothing was measured. `low` and `high` are the lowest and the highest trial until there are enough for an interval. */
  requestsPerSecond: Estimate | null;
  /** Of the merged histogram, µs. null when there is no distribution. */
  latencyUs: { p50: number; p90: number; p99: number; p999: number; max: number; mean: number } | null;
  latencyKind: 'service-time' | 'response-time' | null;
  histogram: EncodedHistogram | null;
  errors: {
    total: number;
    connect: number;
    reset: number;
    timeout: number;
    resource: number;
    other: number;
    non2xx: number;
    mismatched: number;
  };
  /** What it cost: medians over the trials that the numbers are made of; null where it was not observed. */
  serverCpuUsPerRequest: number | null;
  requestsPerServerCpuSecond: number | null;
  /** CPU time of the server's tree over the window: how many cores it kept busy. */
  serverCpuCores: number | null;
  /** The most in the window, summed over the tree: pages that its processes share are counted in each. */
  serverRssBytes: number | null;
  /** (most in the window - before any load) / connections; null where it is not known how many were open, or they are few. */
  serverRssBytesPerConnection: number | null;
  /** The most TIME_WAIT sockets seen at once where the server ran, the warm-up's included; the generator's too where both share a network. */
  timeWaitMax: number | null;
  /** The trial whose rate is nearest to the median: its samples make the ab-shaped block. */
  representativeTrial: number | null;
}

export interface Estimate {
  median: number;
  low: number;
  high: number;
  /** What low and high are. */
  interval: 'range' | '95%';
  n: number;
}

export interface Comparison {
  cell: string;
  baseline: string;
  metric: 'requestsPerSecond';
  /** cell / baseline, median of ratios of trials in the same block. */
  ratio: Estimate;
}

export interface ThresholdResult {
  cell: string;
  metric: string;
  value: number | null;
  min: number | null;
  max: number | null;
  holds: boolean;
}
