import { errorTotal } from '../../model/measurement.ts';
import { doubt, share, type TrialCheck } from './check.ts';

/** Of the completed requests. */
const INVALID = 0.01;

export const countsMismatch: TrialCheck = {
  code: 'counts-mismatch',
  reveals:
    'The generator’s counts contradict each other: requests sent are not completed + failed + in flight, or the statuses do not add up to the replies. Any difference is suspect; from 1% on the number is invalid.',
  source: 'Conservation: what was sent is answered, failed or still under way.',
  check({ cell, measurement }) {
    const { sent, completed, inFlight } = measurement.requests;
    const ended = completed + errorTotal(measurement.errors);
    const statuses = Object.values(measurement.statusCounts).reduce((sum, count) => sum + count, 0);
    const mostInFlight =
      cell.load.rate === null ? cell.load.connections * cell.load.pipelining : Number.POSITIVE_INFINITY;
    const lost = sent === null ? 0 : inFlight === null ? beyond(sent - ended, mostInFlight) : sent - ended - inFlight;
    const unclear = Object.keys(measurement.statusCounts).length === 0 ? 0 : statuses - completed;
    if (lost === 0 && unclear === 0) return null;
    return doubt(
      share(Math.max(Math.abs(lost), Math.abs(unclear)), completed) >= INVALID ? 'invalid' : 'suspect',
      'The generator’s counts of requests contradict each other.',
      { sent, completed, errors: errorTotal(measurement.errors), inFlight, statuses },
      'Measure this load with another driver, and report the output of this one.',
    );
  },
};

/** How far a number lies outside 0 to `most`. */
const beyond = (value: number, most: number): number => Math.min(0, value) + Math.max(0, value - most);
