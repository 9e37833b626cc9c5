import { type CellCheck, doubt } from './check.ts';

/** A percentile needs ten values beyond it to be more than an anecdote. */
const BEYOND = 10;
const PERCENTILES = [
  ['p90', 0.1],
  ['p99', 0.01],
  ['p99.9', 0.001],
] as const;

export const tooFewSamples: CellCheck = {
  code: 'too-few-samples',
  reveals:
    'The cell’s trials together have fewer than ten requests beyond a percentile: p99 wants 1,000 requests, p99.9 wants 10,000. What stands there is one or two requests’ fate.',
  source: 'The count beyond a percentile is binomial: ten of them are right to a third.',
  check({ trials }) {
    const samples = trials.reduce((sum, { measurement }) => sum + (measurement.latency?.count ?? 0), 0);
    const thin = PERCENTILES.filter(([, beyond]) => samples * beyond < BEYOND - 1e-9).map(([name]) => name);
    if (samples === 0 || thin.length === 0) return null;
    return doubt(
      'note',
      'There were too few requests for the highest percentiles.',
      { samples, percentiles: thin.join(', ') },
      'Ask for more requests, a longer duration, or more trials.',
    );
  },
};
