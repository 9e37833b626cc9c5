import { decodeHistogram } from '../../model/histogram.ts';
import { doubt, type TrialCheck } from './check.ts';

/** Steps of the generator's clock in a median under which its percentiles are coarse by more than a tenth. */
const STEPS = 10;

export const resolution: TrialCheck = {
  code: 'resolution',
  reveals:
    'The median latency is no more than ten of the smallest steps that the generator’s figures can show: percentiles are rough. At or under one step (suspect) they say nothing.',
  source: 'The driver’s declared resolution, proven against servers of known delays.',
  check({ measurement: { latency } }) {
    if (latency === null || latency.count === 0) return null;
    const p50 = decodeHistogram(latency.histogram).getValueAtPercentile(50);
    if (p50 > STEPS * latency.resolutionUs) return null;
    return doubt(
      p50 <= latency.resolutionUs ? 'suspect' : 'note',
      'Latencies are near the smallest that this generator can tell apart.',
      { p50Us: p50, resolutionUs: latency.resolutionUs },
      'Use a driver with a finer clock, such as loadcell or wrk.',
    );
  },
};
