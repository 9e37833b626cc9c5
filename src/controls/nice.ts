import { type Control, ROLES } from './control.ts';

/** Sets niceness: the weight of a process against others on the same CPU. */
export const nice: Control = {
  name: 'nice',
  summary: 'Sets the niceness of the server and the generator, -20 (first) to 19 (last), with nice.',
  noise:
    'Gives a side more of a CPU that it shares with others; on a CPU of its own it changes nothing. **Between sessions it is ' +
    'defeated by autogroup** (`kernel.sched_autogroup_enabled`, on by default): each session gets an equal share and ' +
    'niceness counts only inside of it. Set that sysctl to 0 beside it.',
  roles: ROLES,
  source: 'nice(1), sched(7) "The autogroup feature"',

  wraps(settings, role) {
    const value = settings.nice[role];
    if (value === null) return [];
    return [{ prefix: ['nice', '-n', String(value)], env: {}, control: 'nice', setting: `${role}.nice`, role }];
  },

  check(settings, { abilities }) {
    return ROLES.flatMap((role) => {
      const value = settings.nice[role];
      if (value === null || abilities === undefined) return [];
      const where = `${role}.nice`;
      // nice(1) adds to what is inherited.
      if (abilities.niceness !== 0) {
        return [
          {
            where,
            what: `loadcell itself runs at niceness ${abilities.niceness}, and nice counts from there`,
            remedy: 'start loadcell at niceness 0',
          },
        ];
      }
      if (value >= abilities.lowestNiceness) return [];
      return [
        {
          where,
          what: `${value} is below ${abilities.lowestNiceness}, the lowest niceness that this user may set; less needs CAP_SYS_NICE`,
          remedy: 'run as root, allow it in limits.conf (nice), or pass --relax to report it instead',
        },
      ];
    });
  },
};
