import { decodeHistogram } from '../../model/histogram.ts';
import { timeShareOfSlowest } from '../latency-shape.ts';
import { doubt, type TrialCheck } from './check.ts';

/** Of the time of all requests. For exponential latencies the slowest 1% take 5.6% of it. */
const SHARE = 0.25;
/** Longest against median. */
const STALL = 10;
const LEAST = 1_000;

export const coordinatedOmission: TrialCheck = {
  code: 'coordinated-omission',
  reveals:
    'In a closed loop a stalled connection sends nothing, so that a stall is one slow request among many, where users would have met it again and again. Here the slowest 1% of the requests took more than a quarter of all waiting time: a request that came at a random moment would have met them with that probability, and not with 1%. Percentiles are of service times, not of what users feel.',
  source: 'G. Tene, How NOT to Measure Latency (2013); wrk2. The limit: exponential latencies give 5.6%.',
  check({ cell, measurement: { latency } }) {
    if (latency === null || cell.load.rate !== null || latency.count < LEAST) return null;
    // 1% of the requests cannot take more than 1% x longest / mean: most trials need no closer look.
    if (0.01 * latency.maxUs <= SHARE * latency.meanUs) return null;
    const histogram = decodeHistogram(latency.histogram);
    const p50 = histogram.getValueAtPercentile(50);
    const part = timeShareOfSlowest(histogram);
    if (part <= SHARE || latency.maxUs < STALL * p50) return null;
    return doubt(
      'note',
      'A few requests stalled for much of the time: in this closed loop they count less than users would feel them.',
      { slowestPercentTimeShare: part, p50Us: p50, p99Us: histogram.getValueAtPercentile(99), maxUs: latency.maxUs },
      'Measure response times with an open loop (rate).',
    );
  },
};
