import { type Control, machineTweak } from './control.ts';

const SETTING = 'machine.governor';

/** Sets the frequency governor of every CPU. */
export const governor: Control = {
  name: 'governor',
  summary: 'Sets the CPU frequency governor of every CPU, and puts it back.',
  noise:
    'With `powersave`, `ondemand` or `schedutil` a CPU takes milliseconds to speed up: light loads look slow and the first ' +
    'seconds differ from the rest. `performance` holds the highest frequency. A virtual machine has no say in it.',
  roles: [],
  source: 'Documentation/admin-guide/pm/cpufreq.rst',

  tweaks(settings, { topology }) {
    const chosen = settings.machine.governor;
    if (chosen === undefined) return [];
    return topology.map(({ cpu }) =>
      machineTweak('governor', SETTING, `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`, chosen),
    );
  },

  check({ machine }, facts) {
    if (machine.governor === undefined) return [];
    if (facts.governor === null) {
      return [
        {
          where: SETTING,
          what: 'this machine has no CPU frequency scaling that can be set (no cpufreq), as most virtual machines',
          remedy: 'remove it, or pass --relax to report it instead',
        },
      ];
    }
    const known = facts.abilities?.governors ?? [];
    if (known.length === 0 || known.includes(machine.governor)) return [];
    return [
      { where: SETTING, what: `there is no governor "${machine.governor}" here`, remedy: `use ${known.join(' or ')}` },
    ];
  },
};
