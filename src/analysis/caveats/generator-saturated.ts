import { doubt, type TrialCheck } from './check.ts';
import { generatorCores, generatorUse, isGeneratorFull, isServerBusy, serverUse } from './cpu-use.ts';

/** Of its cores: a generator that had less than this was kept from its CPU by others, which is another caveat. */
const OWN = 0.75;

export const generatorSaturated: TrialCheck = {
  code: 'generator-saturated',
  reveals:
    'The generator had no CPU time left: it used 75% of the cores that its threads can use and used or waited for 90%, while the server was not busy: no thread of its used and waited for 0.7 of a core, nor all together for 0.7 of its CPUs or for about one core (0.7 to 1.1, as threads do that take turns at one lock). Where a record does not tell of threads, a server that used and waited for less than 0.7 of a core was not busy. The number is then the generator’s, and the server’s is higher. Where the server is busy as well nothing is said: then it is the server that is measured.',
  source:
    'CPU time and run-queue wait of every thread (`/proc/PID/task/*/schedstat`, Documentation/scheduler/sched-stats.rst); polling for the next start in an open loop is no work.',
  check(trial) {
    const [generator, server] = [generatorUse(trial), serverUse(trial)];
    if (generator === null || server === null) return null;
    const cores = generatorCores(trial);
    const full = generator.cores >= OWN * cores && isGeneratorFull(generator, trial);
    if (!full || isServerBusy(server, trial)) return null;
    return doubt(
      'suspect',
      'The load generator was busy all the time while the server was not: the rate is the generator’s limit, and the server can do more.',
      {
        generatorCores: generator.cores,
        generatorCoresWaited: generator.waiting,
        generatorCoresAtMost: cores,
        serverCores: server.cores,
        serverBusiestThread: server.busiest,
      },
      'Give the generator more CPUs (cpus.generator), or use a stronger driver such as wrk.',
    );
  },
};
