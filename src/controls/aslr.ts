import { type Control, machineTweak } from './control.ts';

const SETTING = 'machine.aslr';
const KEY = 'kernel.randomize_va_space';

/** Sets address space layout randomisation. */
export const aslr: Control = {
  name: 'aslr',
  summary: 'Sets address space layout randomisation (0 off, 1 stack and mappings, 2 heap too), and puts it back.',
  noise:
    'Where code and data land decides what collides in caches and predictors, so a program can be faster in one start than ' +
    'in the next. Off makes starts alike, **alike at one layout that may be a lucky one**: more trials with it on tell more ' +
    'than one layout measured well. It counts for programs that are started after it was set.',
  roles: [],
  source: 'Documentation/admin-guide/sysctl/kernel.rst, randomize_va_space',

  tweaks({ machine }) {
    if (machine.aslr === undefined) return [];
    return [machineTweak('aslr', SETTING, '/proc/sys/kernel/randomize_va_space', String(machine.aslr))];
  },

  check({ machine, sysctl }) {
    if (machine.aslr === undefined || sysctl[KEY] === undefined) return [];
    return [{ where: SETTING, what: `it is sysctl "${KEY}", which is set as well`, remedy: 'set one of the two' }];
  },
};
