import { doubt, share, type TrialCheck } from './check.ts';

/** Of the requests. nginx closes after 1,000 by default (100 before 1.19.10). */
const MANY = 0.02;

export const serverClosedConnections: TrialCheck = {
  code: 'server-closed-connections',
  reveals:
    'The load keeps connections open, yet the server closed some of them: each cost a new connection. Over 2% of the requests (nginx with 1,000 requests a connection has 0.1%, with 100 it has 1%) it is a load of another kind: suspect.',
  source: 'Counted by the generator; nginx’s keepalive_requests.',
  check({ cell, measurement }) {
    const closed = measurement.serverClosedConnections ?? 0;
    if (!cell.load.keepAlive || closed <= 0) return null;
    return doubt(
      share(closed, measurement.requests.completed) > MANY ? 'suspect' : 'note',
      'The server closed connections that were to be kept open.',
      { closed, requests: measurement.requests.completed, opened: measurement.connectionsOpened },
      'Raise the server’s limits of requests and idle time on a connection, or measure with keepAlive: false.',
    );
  },
};
