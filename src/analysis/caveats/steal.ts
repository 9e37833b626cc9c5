import { doubt, share, type TrialCheck } from './check.ts';
import { measuredCpus } from './cpu-use.ts';

/** Of the CPUs' time, and at least three ticks of the clock that counts it: a tick or two is noise. */
const SHARE = 0.02;
const LEAST_MS = 30;

export const steal: TrialCheck = {
  code: 'steal',
  environmental: true,
  reveals:
    'The hypervisor gave the CPUs to other virtual machines for more than 2% of the time (and for 30 ms or more): the server was slower than it is.',
  source: 'Steal time in `/proc/stat` (proc(5)), of the CPUs of server and generator.',
  check(trial) {
    const { observation } = trial;
    if (observation === null) return null;
    const cpus = measuredCpus(trial);
    const stolenMs = cpus.reduce((sum, cpu) => sum + (observation.cpus[cpu]?.stealMs ?? 0), 0);
    const part = share(stolenMs * 1000, observation.intervalUs * cpus.length);
    if (stolenMs < LEAST_MS || part <= SHARE) return null;
    return doubt(
      'suspect',
      'The hypervisor took the CPUs away for a part of the time.',
      { stolenMs, share: part, cpus: cpus.join(', ') },
      'Measure when the host is quiet, or on a machine with CPUs of its own.',
    );
  },
};
