import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings } from '../model/plan.ts';
import { type Control, grouped, ROLES } from './control.ts';

/** Outermost first: what could keep the next prefix from starting (processes, address space) comes last. */
const ORDER = ['fsize', 'core', 'memlock', 'stack', 'nofile', 'nproc', 'as'];

/**
 * prlimit on the shell itself, which then becomes the program: a limit that is refused leaves the inherited one and a line
 * on stderr, and the program runs; what is then in force is read from /proc.
 */
const SET_AND_RUN = 'prlimit --pid $$ "--$0"; exec "$@"';

/** Sets resource limits, soft and hard alike. */
export const ulimit: Control = {
  name: 'ulimit',
  summary: 'Sets resource limits of the server and the generator, soft and hard alike, with prlimit.',
  noise:
    'Open files (`nofile`) decide how many connections a side can hold, and the default differs from shell to service to ' +
    'container, so it is always set. A higher hard limit than the inherited one needs CAP_SYS_RESOURCE in the initial user ' +
    'namespace, which root in a container often lacks; above `fs.nr_open` nobody can. `nproc` does not bind root.',
  roles: ROLES,
  source: 'prlimit(1), getrlimit(2)',

  wraps(settings, role) {
    return Object.entries(settings.ulimit[role])
      .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .map(([name, value]) => ({
        prefix: ['sh', '-c', SET_AND_RUN, `${name}=${value}:${value}`],
        env: {},
        control: 'ulimit',
        setting: `${role}.ulimit.${name}`,
        role,
      }));
  },

  check(settings, facts) {
    return ROLES.flatMap((role) =>
      Object.entries(settings.ulimit[role]).flatMap(([name, value]) => {
        const problem = limitProblem(name, value, settings, facts);
        return problem === null ? [] : [{ where: `${role}.ulimit.${name}`, ...problem }];
      }),
    );
  },
};

function limitProblem(
  name: string,
  value: Settings['ulimit'][Role][string],
  settings: Settings,
  facts: MachineFacts,
): { what: string; remedy: string } | null {
  const size = (limit: number | 'unlimited'): number => (limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit);
  const text = (limit: number | 'unlimited'): string => (limit === 'unlimited' ? limit : grouped(limit));
  const highest = name === 'nofile' ? highestOpenFiles(settings, facts) : null;
  if (highest !== null && size(value) > highest) {
    return {
      what: `${text(value)} is above fs.nr_open, ${grouped(highest)}, which no process can exceed`,
      remedy: `ask for ${grouped(highest)} or less, or set sysctl "fs.nr_open" as well`,
    };
  }
  const hard = facts.abilities?.hardLimits[name] ?? (name === 'nofile' ? facts.nofileHard : null);
  if (hard === null || size(value) <= size(hard) || facts.abilities?.raisesLimits === true) return null;
  return {
    what: `${text(value)} is above the hard limit ${text(hard)}, and raising it needs CAP_SYS_RESOURCE, which this process does not have`,
    remedy: `ask for ${text(hard)} or less, raise the hard limit where loadcell is started from, or pass --relax to measure with what there is`,
  };
}

/** fs.nr_open as it will be; null = not known. */
function highestOpenFiles(settings: Settings, facts: MachineFacts): number | null {
  const set = Number(settings.sysctl['fs.nr_open']?.value);
  return Number.isInteger(set) ? set : (facts.abilities?.openFilesHighest ?? null);
}
