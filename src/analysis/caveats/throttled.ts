import { doubt, share, type TrialCheck } from './check.ts';

/** Of the interval. */
const SHARE = 0.01;

export const throttled: TrialCheck = {
  code: 'throttled',
  environmental: true,
  reveals: 'A CPU quota held this control group back. A note; suspect from 1% of the time on.',
  source: 'throttled_usec (cgroup v2) or throttled_time (v1) in `cpu.stat`; Documentation/scheduler/sched-bwc.rst.',
  check({ observation }) {
    const throttledUs = observation?.throttledUs ?? 0;
    if (observation === null || throttledUs <= 0) return null;
    const part = share(throttledUs, observation.intervalUs);
    return doubt(
      part >= SHARE ? 'suspect' : 'note',
      'A CPU quota stopped the processes for a part of the time.',
      { throttledMs: throttledUs / 1000, share: part },
      'Raise or remove the CPU quota of the container or service that loadcell runs in.',
    );
  },
};
