import { type Control, ROLES } from './control.ts';

/** Adds environment variables. */
export const env: Control = {
  name: 'env',
  summary: 'Adds environment variables to the server or the generator, with env.',
  noise:
    'Makes what a runtime reads from its environment part of the experiment: threads (`GOMAXPROCS`, `OMP_NUM_THREADS`), the ' +
    'allocator (`LD_PRELOAD`, `MALLOC_ARENA_MAX`), the hash seed (`PYTHONHASHSEED`). Only the program itself gets them, ' +
    'not the commands that set its CPUs and limits; `PATH` counts for finding it.',
  roles: ROLES,
  source: 'env(1), environ(7)',

  /** One prefix for all: a second one would be looked for in the first one's PATH. */
  wraps(settings, role) {
    const pairs = Object.entries(settings.env[role]).map(([name, value]) => `${name}=${value}`);
    if (pairs.length === 0) return [];
    return [{ prefix: ['env', ...pairs], env: {}, control: 'env', setting: `${role}.env`, role }];
  },

  check: () => [],
};
