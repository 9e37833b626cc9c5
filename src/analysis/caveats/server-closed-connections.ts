import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { counter } from './counters.ts';

/** Of the requests. nginx closes after 1,000 by default (100 before 1.19.10). */
const MANY = 0.02;
/** wrk tries the address with a connection of its own before it begins. */
const TRIED = 1;

export const serverClosedConnections: TrialCheck = {
  code: 'server-closed-connections',
  reveals:
    'The load keeps connections open, yet the server closed some of them: each cost a new connection. Over 2% of the requests (nginx with 1,000 requests a connection has 0.1%, with 100 it has 1%) it is a load of another kind: suspect. Where the generator opens them again without a word (wrk), the kernel’s count of accepted connections tells.',
  source: 'Counted by the generator, or `Tcp.PassiveOpens` of the stage; nginx’s keepalive_requests.',
  check(trial) {
    const { cell, measurement } = trial;
    if (!cell.load.keepAlive) return null;
    const closed = measurement.serverClosedConnections ?? openedAgain(trial);
    if (closed <= 0) return null;
    return doubt(
      share(closed, measurement.requests.completed) > MANY ? 'suspect' : 'note',
      'The server closed connections that were to be kept open.',
      { closed, requests: measurement.requests.completed, opened: measurement.connectionsOpened },
      'Raise the server’s limits of requests and idle time on a connection, or measure with keepAlive: false.',
    );
  },
};

/** Connections accepted beyond those of the load. On the host others' are among them: there nothing is known. */
function openedAgain(trial: MeasuredTrial): number {
  if (trial.record.stage?.kind !== 'namespace') return 0;
  return (counter(trial, 'Tcp.PassiveOpens') ?? 0) - trial.cell.load.connections - TRIED;
}
