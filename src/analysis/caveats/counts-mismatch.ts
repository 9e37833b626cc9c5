import { errorTotal } from '../../model/measurement.ts';
import type { MeasuredTrial } from '../measured-trial.ts';
import { type Doubt, doubt, share, type TrialCheck } from './check.ts';
import { counter } from './counters.ts';

/** Of the completed requests. */
const INVALID = 0.01;

export const countsMismatch: TrialCheck = {
  code: 'counts-mismatch',
  reveals:
    'The generator’s counts contradict each other: requests sent are not completed + failed + in flight, or the statuses do not add up to the replies. Any difference is suspect; from 1% on the number is invalid. Most drivers work out the one from the others; so where every request has a connection of its own the kernel is asked too: a server cannot have answered more of them than it had connections (in namespaces, where all are the load’s or the server’s own; those by as many as the load has connections and 1% are let pass). More is invalid.',
  source: 'Conservation: what was sent is answered, failed or still under way; `Tcp.PassiveOpens` of the stage.',
  check(trial) {
    const { cell, measurement } = trial;
    const { sent, completed, inFlight } = measurement.requests;
    const ended = completed + errorTotal(measurement.errors);
    const statuses = Object.values(measurement.statusCounts).reduce((sum, count) => sum + count, 0);
    const mostInFlight =
      cell.load.rate === null ? cell.load.connections * cell.load.pipelining : Number.POSITIVE_INFINITY;
    const lost = sent === null ? 0 : inFlight === null ? beyond(sent - ended, mostInFlight) : sent - ended - inFlight;
    const unclear = Object.keys(measurement.statusCounts).length === 0 ? 0 : statuses - completed;
    if (lost === 0 && unclear === 0) return beyondConnections(trial);
    return doubt(
      share(Math.max(Math.abs(lost), Math.abs(unclear)), completed) >= INVALID ? 'invalid' : 'suspect',
      'The generator’s counts of requests contradict each other.',
      { sent, completed, errors: errorTotal(measurement.errors), inFlight, statuses },
      NEXT_STEP,
    );
  },
};

const NEXT_STEP = 'Measure this load with another driver, and report the output of this one.';

/** Replies over fresh connections that the server never had. A server may have more: those to others behind it. */
function beyondConnections(trial: MeasuredTrial): Doubt | null {
  const { cell, measurement, record } = trial;
  const accepted = counter(trial, 'Tcp.PassiveOpens');
  if (cell.load.keepAlive || record.stage?.kind !== 'namespace' || accepted === null) return null;
  const { completed } = measurement.requests;
  if (completed - accepted <= cell.load.connections + INVALID * completed) return null;
  return doubt(
    'invalid',
    'The generator counted more replies than the server had connections, though every request was to have one of its own.',
    { completed, connectionsAccepted: accepted },
    NEXT_STEP,
  );
}

/** How far a number lies outside 0 to `most`. */
const beyond = (value: number, most: number): number => Math.min(0, value) + Math.max(0, value - most);
