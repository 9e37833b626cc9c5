import { doubt, share, type TrialCheck } from './check.ts';

/** Of the interval. */
const SHARE = 0.01;

export const memoryPressure: TrialCheck = {
  code: 'memory-pressure',
  environmental: true,
  reveals:
    'For more than 1% of the time some task of the machine waited for memory: pages were being reclaimed or swapped.',
  source: 'Pressure stall information, `/proc/pressure/memory` (some); Documentation/accounting/psi.rst.',
  check({ observation }) {
    const waitedUs = observation?.pressureUs?.memory ?? 0;
    if (observation === null || share(waitedUs, observation.intervalUs) <= SHARE) return null;
    return doubt(
      'suspect',
      'The machine was short of memory while it was measured.',
      { waitedMs: waitedUs / 1000, share: share(waitedUs, observation.intervalUs) },
      'Free memory, or use fewer connections.',
    );
  },
};
