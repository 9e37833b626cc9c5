import { median } from '../estimate.ts';
import { rateOf } from '../measured-trial.ts';
import { type CellCheck, doubt, share } from './check.ts';

/** Highest less lowest trial, of the median. Quiet trials of some seconds lie within 15% on a small virtual machine. */
const WIDE = 0.2;
const TOO_WIDE = 0.4;

export const wideSpread: CellCheck = {
  code: 'wide-spread',
  reveals:
    'The trials of a cell differ by more than 20% of their median (suspect: 40%) between the lowest and the highest. Either the server differs from start to start, or the machine was not quiet.',
  source: 'Measured: the same server, trial after trial on two virtual CPUs, varies by 7% to either side.',
  check({ trials }) {
    const rates = trials.map(({ measurement }) => rateOf(measurement));
    if (rates.length < 2) return null;
    const [low, high] = [Math.min(...rates), Math.max(...rates)];
    const spread = share(high - low, median(rates));
    if (spread <= WIDE) return null;
    return doubt(
      spread > TOO_WIDE ? 'suspect' : 'note',
      'The trials differ widely.',
      { low, high, spread, trials: rates.length },
      'Look for other load and for a warm-up that is too short; run more trials, or longer ones.',
    );
  },
};
