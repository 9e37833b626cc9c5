import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { generatorCores, measuredCpus } from './cpu-use.ts';

/** Of the CPUs' time. */
const SHARE = 0.05;
/** /proc/stat counts by looking at a CPU every 10 ms: n looks are right to half of sqrt(n), and three times that is rare. */
const TICK_US = 10_000;
const DEVIATIONS = 3;

export const cpuContention: TrialCheck = {
  code: 'cpu-contention',
  environmental: true,
  reveals:
    'Other programs used the CPUs that were measured on: their busy time less what server, generator and loadcell used is more than 5% of it and more than what counting in ticks of 10 ms can be wrong by. What the generator did unobserved (its start, its last fraction of a second) is taken for its own, and interrupts are taken for the load’s. (A server whose children end without being waited for shows here too: what they used ends with them.)',
  source:
    '`/proc/stat` (user, nice, system) against `/proc/PID/task/*/schedstat`; the error is that of sampling, sqrt(n)/2.',
  check(trial) {
    const { observation } = trial;
    if (observation?.server == null) return null;
    const cpus = measuredCpus(trial);
    const ownUs = observation.server.cpuUs + (observation.runnerCpuUs ?? 0) + generatorAtMostUs(trial);
    const busyUs = cpus.reduce((sum, cpu) => {
      const time = observation.cpus[cpu];
      return sum + 1000 * ((time?.userMs ?? 0) + (time?.systemMs ?? 0));
    }, 0);
    const wholeUs = observation.intervalUs * cpus.length;
    const otherUs = busyUs - ownUs;
    const errorUs = (DEVIATIONS * TICK_US * Math.sqrt(wholeUs / TICK_US)) / 2;
    if (wholeUs <= 0 || otherUs <= SHARE * wholeUs + errorUs) return null;
    return doubt(
      'suspect',
      'Other programs used the CPUs that server and generator were measured on.',
      { otherShare: share(otherUs, wholeUs), otherMs: otherUs / 1000, cpus: cpus.join(', ') },
      'Stop what else runs on this machine, or keep it off these CPUs; then measure again.',
    );
  },
};

/** Its CPU time as far as it was sampled; the rest of the interval it may have been busy on all cores that it can use. */
function generatorAtMostUs(trial: MeasuredTrial): number {
  const { intervalUs = 0, generator } = trial.observation ?? {};
  const unseenUs = Math.max(0, intervalUs - (generator?.cpuOverUs ?? 0));
  return (generator?.cpuUs ?? 0) + unseenUs * generatorCores(trial);
}
