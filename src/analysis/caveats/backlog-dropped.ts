import { doubt, type TrialCheck } from './check.ts';

export const backlogDropped: TrialCheck = {
  code: 'backlog-dropped',
  reveals:
    'The kernel dropped packets because a CPU’s input queue was full. The counter is the machine’s: packets of others are in it.',
  source: '`/proc/net/softnet_stat`, second column; Documentation/admin-guide/sysctl/net.rst, netdev_max_backlog.',
  check({ observation }) {
    const dropped = observation?.softnet?.dropped ?? 0;
    if (dropped <= 0) return null;
    return doubt(
      'suspect',
      'The kernel dropped packets from a full input queue.',
      { dropped, processed: observation?.softnet?.processed ?? null },
      'Raise net.core.netdev_max_backlog, or use fewer connections.',
    );
  },
};
