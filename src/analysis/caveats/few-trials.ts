import { type CellCheck, doubt } from './check.ts';

const LEAST = 3;

export const fewTrials: CellCheck = {
  code: 'few-trials',
  reveals:
    'Fewer than three trials count: nothing, or next to nothing, is known of how the number varies from start to start. (A 95% interval takes six.)',
  source: 'Order statistics: two trials hold the median between them with 50%.',
  check({ trials, run }) {
    if (trials.length === 0 || trials.length >= LEAST) return null;
    return doubt(
      'note',
      'Too few trials to tell how much the number varies.',
      { trials: trials.length, planned: run.plan.trials },
      'Run five trials or more (--trials 5); six give a 95% interval.',
    );
  },
};
