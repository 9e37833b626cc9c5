import { type Control, machineTweak } from './control.ts';

const SETTING = 'machine.transparentHugepages';

/** Sets whether the kernel backs memory with huge pages by itself. */
export const transparentHugepages: Control = {
  name: 'transparentHugepages',
  summary: 'Sets transparent huge pages: always, only where a program asks (madvise), or never; and puts it back.',
  noise:
    'With `always` the kernel zeroes and compacts 2 MiB at a time, which shows in the tail of latencies and in resident ' +
    'memory; large heaps may gain throughput. It counts for memory that is allocated after it was set.',
  roles: [],
  source: 'Documentation/admin-guide/mm/transhuge.rst',

  tweaks({ machine }) {
    const chosen = machine.transparentHugepages;
    if (chosen === undefined) return [];
    return [machineTweak('transparentHugepages', SETTING, '/sys/kernel/mm/transparent_hugepage/enabled', chosen)];
  },

  check({ machine }, facts) {
    if (machine.transparentHugepages === undefined || facts.transparentHugepages !== null) return [];
    return [
      {
        where: SETTING,
        what: 'this kernel has no transparent huge pages, or does not show them here',
        remedy: 'remove it, or pass --relax to report it instead',
      },
    ];
  },
};
