import { doubt, share, type TrialCheck } from './check.ts';
import { connectionsMade, counter } from './counters.ts';

/** Of the connections: under it no percentile up to p99.9 is touched. */
const FEW = 0.001;

export const acceptQueueOverflow: TrialCheck = {
  code: 'accept-queue-overflow',
  reveals:
    'Connections were dropped because the server’s accept queue, min(backlog, `net.core.somaxconn`) + 1 long, was full. The client tries again after a second, so that latencies show steps of whole seconds and the rate falls. It is a note under 0.1% of the connections.',
  source: 'TcpExt ListenOverflows and ListenDrops (`/proc/net/netstat`); listen(2); net/ipv4/tcp_ipv4.c.',
  check(trial) {
    const overflows = counter(trial, 'TcpExt.ListenOverflows') ?? 0;
    const drops = counter(trial, 'TcpExt.ListenDrops') ?? 0;
    const worst = Math.max(overflows, drops);
    if (worst <= 0) return null;
    const connections = connectionsMade(trial);
    return doubt(
      share(worst, connections) < FEW ? 'note' : 'suspect',
      'The server’s accept queue overflowed: connections were dropped and tried again a second later.',
      { ListenOverflows: overflows, ListenDrops: drops, connections },
      'Raise the server’s own listen backlog and net.core.somaxconn, or use fewer connections.',
    );
  },
};
