import { type CellCheck, doubt } from './check.ts';

export const hostIsolation: CellCheck = {
  code: 'host-isolation',
  reveals:
    'Trials ran on the host itself: connections, counters and cached TCP metrics of other programs, and of earlier trials, are among theirs.',
  source:
    'The kernel keeps TCP metrics, TIME_WAIT and counters for each network namespace; measured: a cwnd was kept between runs.',
  check({ trials, run }) {
    if (!trials.some(({ record }) => record.stage?.kind === 'host')) return null;
    return doubt(
      'note',
      'Trials ran on the host itself, not in namespaces of their own.',
      { reason: run.isolation.reason },
      'Allow namespaces (root, or unprivileged user namespaces) and run with --isolation namespace.',
    );
  },
};
