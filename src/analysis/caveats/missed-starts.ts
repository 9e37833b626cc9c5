import { scheduleUs } from '../../model/schedule.ts';
import { rateOf } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';

/** Of the intended starts. */
const SOME = 0.01;
const MANY = 0.1;
/** Of the starts that were asked for, beside three standard deviations of a Poisson count. */
const SHORT = 0.05;

export const missedStarts: TrialCheck = {
  code: 'missed-starts',
  reveals:
    'An open loop did not keep to its schedule: starts were made more than a ms late or never (a note from 1% of them, suspect from 10%), or the completed requests, or their rate, are more than 5% and three standard deviations of a Poisson count short of what the schedule intends (suspect). Latency counts from the intended start, so that it holds the delay; what was never sent is in no latency.',
  source: 'Schedule and starts as recorded by the generator; wrk2 and k6’s dropped_iterations.',
  check({ cell, measurement }) {
    const { rate } = cell.load;
    const spanUs = scheduleUs(cell.load);
    if (rate === null || spanUs === null) return null;
    const intended = (rate.perSecond * spanUs) / 1e6;
    const missed = share(measurement.requests.missedStarts ?? 0, intended);
    // Replies that came, but later than they were asked for: a server that falls behind and drains.
    const slower = 1 - share(rateOf(measurement), rate.perSecond);
    const shortage = Math.max(slower, 1 - share(measurement.requests.completed, intended));
    const short = shortage > SHORT + 3 / Math.sqrt(Math.max(1, intended));
    if (!short && missed < SOME) return null;
    return doubt(
      short || missed >= MANY ? 'suspect' : 'note',
      short
        ? 'Fewer requests were completed than the asked rate means.'
        : 'Some requests were started later than the schedule says.',
      {
        asked: rate.perSecond,
        completedPerSecond: rateOf(measurement),
        missedStarts: measurement.requests.missedStarts,
      },
      'Ask for a lower rate, use more connections, or give the generator a CPU of its own.',
    );
  },
};
