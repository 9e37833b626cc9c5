import { doubt, share, type TrialCheck } from './check.ts';

/** What a window costs loadcell however long it is: starting the generator and reading the live processes. 30 to 40 ms measured. µs. */
const ONCE_US = 80_000;
/** Of a core. */
const SHARE = 0.01;
const HEAVY = 0.1;

export const runnerBusy: TrialCheck = {
  code: 'runner-busy',
  reveals:
    'loadcell itself used more than 1% of a core in the window, beyond the 80 ms that starting a generator may take. It keeps off the server’s CPUs, yet may share the generator’s. Suspect from 10%.',
  source: 'CPU time of loadcell’s own threads, `/proc/self/task/*/schedstat`.',
  check({ observation }) {
    const usedUs = observation?.runnerCpuUs ?? 0;
    if (observation === null) return null;
    const over = share(usedUs - ONCE_US, observation.intervalUs);
    if (over <= SHARE) return null;
    return doubt(
      over >= HEAVY ? 'suspect' : 'note',
      'loadcell itself was busy while it measured.',
      { runnerCpuMs: usedUs / 1000, intervalMs: observation.intervalUs / 1000 },
      'Measure on a machine with a core to spare, and report this: it should not be.',
    );
  },
};
