import { type Control, ROLES } from './control.ts';

/** Pins a process and all it starts to CPUs. */
export const cpus: Control = {
  name: 'cpus',
  summary: 'Pins the server and the generator to CPUs of their own, with taskset.',
  noise:
    'Keeps the scheduler from moving the server in the window and the two sides from taking CPU time from each other. ' +
    'Affinity is no wall: others may still run on these CPUs, and a process can pin itself anew, so it is read back from ' +
    'every thread. A server that counts CPUs may still start a worker for each CPU of the machine (nginx ' +
    '`worker_processes auto` does), and two CPUs of one core or one L3 cache still share it.',
  roles: ROLES,
  source: 'taskset(1), sched_setaffinity(2)',

  wraps(settings, role) {
    const chosen = settings.cpus[role];
    if (chosen === null || chosen.length === 0) return [];
    return [{ prefix: ['taskset', '-c', chosen.join(',')], env: {}, control: 'cpus', setting: `${role}.cpus`, role }];
  },

  check(settings, { allowedCpus }) {
    return ROLES.flatMap((role) => {
      const chosen = settings.cpus[role];
      if (chosen === null) return [];
      const where = `${role}.cpus`;
      if (chosen.length === 0) return [{ where, what: 'no CPU is left to run on', remedy: 'name one at least' }];
      if (allowedCpus.length === 0) return [];
      // taskset takes what there is of a list and says nothing of the rest.
      const missing = chosen.filter((cpu) => !allowedCpus.includes(cpu));
      if (missing.length === 0) return [];
      return [
        {
          where,
          what: `CPU ${missing.join(', ')} cannot be used here; this process may use ${allowedCpus.join(', ')}`,
          remedy: 'name CPUs out of these, or leave it to "auto"',
        },
      ];
    });
  },
};
