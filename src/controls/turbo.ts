import { type Control, machineTweak } from './control.ts';

const SETTING = 'machine.turbo';
const CPU = '/sys/devices/system/cpu';

/** Allows or forbids frequencies above the nominal one: intel_pstate/no_turbo (inverted), elsewhere cpufreq/boost. */
export const turbo: Control = {
  name: 'turbo',
  summary: 'Allows or forbids CPU frequencies above the nominal one (turbo, boost), and puts it back.',
  noise:
    'With turbo the frequency depends on temperature and on how many cores are busy, so the first trial may be faster than ' +
    'the last and one core faster than eight. Off is slower and steadier.',
  roles: [],
  source: 'Documentation/admin-guide/pm/intel_pstate.rst, cpufreq.rst',

  tweaks({ machine }, { abilities }) {
    if (machine.turbo === undefined) return [];
    const inverted = abilities?.turboSwitch === 'no_turbo';
    const path = inverted ? `${CPU}/intel_pstate/no_turbo` : `${CPU}/cpufreq/boost`;
    return [machineTweak('turbo', SETTING, path, machine.turbo === inverted ? '0' : '1')];
  },

  check({ machine }, facts) {
    if (machine.turbo === undefined || facts.turbo !== null) return [];
    return [
      {
        where: SETTING,
        what: 'this machine has no switch for turbo (neither intel_pstate/no_turbo nor cpufreq/boost), as most virtual machines',
        remedy: 'remove it, set it in the firmware, or pass --relax to report it instead',
      },
    ];
  },
};
