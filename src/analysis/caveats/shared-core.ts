import type { MachineFacts } from '../../model/machine.ts';
import { type CellCheck, doubt } from './check.ts';

export const sharedCore: CellCheck = {
  code: 'shared-core',
  reveals:
    'Server and generator ran, or may have run, on the same CPU or on two hardware threads of one core: each slows the other, and the number is of both. A note where neither was pinned and the machine has cores for both.',
  source: '`/sys/devices/system/cpu/cpu*/topology/thread_siblings_list`; affinity as planned.',
  check({ cell, run, trials }) {
    if (trials.length === 0) return null;
    const { server, generator } = cell.settings.cpus;
    const { machine } = run;
    const [a, b] = [server ?? machine.allowedCpus, generator ?? machine.allowedCpus];
    const cores = siblingsOf(b, machine);
    const common = a.filter((cpu) => cores.has(cpu));
    if (common.length === 0) return null;
    const room =
      (server === null || generator === null) &&
      new Set(a).size > 1 &&
      siblingsOf([a[0] as number], machine).size < a.length;
    return doubt(
      room ? 'note' : 'suspect',
      room ? 'Server and generator were not kept on CPUs of their own.' : 'Server and generator shared a core.',
      {
        server: server?.join(', ') ?? 'not pinned',
        generator: generator?.join(', ') ?? 'not pinned',
        shared: common.join(', '),
      },
      'Give each its own cores (cpus), or measure on a machine with two cores or more.',
    );
  },
};

/** These CPUs and all that share a core with one of them. */
const siblingsOf = (cpus: readonly number[], machine: MachineFacts): Set<number> =>
  new Set([...cpus, ...machine.topology.filter(({ cpu }) => cpus.includes(cpu)).flatMap(({ siblings }) => siblings)]);
