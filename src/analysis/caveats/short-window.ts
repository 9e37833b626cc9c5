import { doubt, type TrialCheck } from './check.ts';

const SHORT_US = 1_000_000;
const TOO_SHORT_US = 100_000;
const FEW = 100;

export const shortWindow: TrialCheck = {
  code: 'short-window',
  reveals:
    'The window was shorter than a second: start-up, the scheduler’s turns and a collection of garbage weigh much in it. Under 0.1 s, or with fewer than 100 requests, it is suspect (a note in a smoke run, which is marked as one).',
  source: 'Ticks of 10 ms and scheduling periods of some ms make 1% and more of such a window.',
  check({ measurement, plan }) {
    const { windowUs, requests } = measurement;
    const tooShort = windowUs < TOO_SHORT_US || requests.completed < FEW;
    if (windowUs >= SHORT_US && !tooShort) return null;
    return doubt(
      tooShort && !plan.quick ? 'suspect' : 'note',
      'The measured window was short.',
      { windowMs: windowUs / 1000, requests: requests.completed },
      'Ask for more requests, or for a longer duration.',
    );
  },
};
