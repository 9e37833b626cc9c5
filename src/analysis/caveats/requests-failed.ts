import type { Measurement } from '../../model/measurement.ts';
import { describeErrors } from '../error-sums.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { TOO_MANY } from './files-exhausted.ts';
import { NO_PORT, named } from './ports-exhausted.ts';

/** Of all requests that ended. */
const MANY = 0.01;
const MOST = 0.5;
/** Of the connections' time, spent on requests that timed out: so much of the load was not there. */
const LOST = 0.05;

export const requestsFailed: TrialCheck = {
  code: 'requests-failed',
  reveals:
    'Requests got no complete reply: refused, reset, timed out. They are in no latency, so that the number looks better than the service was. A note under 1%, suspect from there, or when timeouts took 5% of the connections’ time; invalid when half of them failed. Failures for want of the generator’s own ports and files have codes of their own, where it names them.',
  source: 'Errors by kind as counted by the generator.',
  check({ measurement, cell }) {
    const { connect, reset, timeout, other } = measurement.errors;
    const resource = elsewhere(measurement) ? 0 : measurement.errors.resource;
    const failed = connect + reset + timeout + resource + other;
    if (failed <= 0) return null;
    const part = share(failed, failed + measurement.requests.completed);
    const lost = share(timeout * cell.load.timeoutMs * 1000, cell.load.connections * measurement.windowUs);
    return doubt(
      part >= MOST ? 'invalid' : part >= MANY || lost >= LOST ? 'suspect' : 'note',
      'Requests got no complete reply.',
      {
        failed,
        share: part,
        timeLost: Math.min(1, lost),
        kinds: describeErrors({ connect, reset, timeout, resource, other }),
      },
      'Look into the server’s log, its limits and its accept queue; for timeouts, see whether it stalls.',
    );
  },
};

/** Whether `ports-exhausted` or `files-exhausted` tells of the generator's failures for want of something. */
const elsewhere = ({ notes }: Measurement): boolean => named(notes, NO_PORT) || named(notes, TOO_MANY);
