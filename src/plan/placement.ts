import type { CpuChoice } from '../experiment/cpus.ts';
import type { Problem } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role } from '../model/plan.ts';
import { type Core, coresOf, usablePlaces } from './cores.ts';

export interface Placement {
  cpus: Record<Role, number[] | null>;
  problems: Problem[];
}

/**
 * Which CPUs server and generator get. By default the server has one CPU with a whole core to itself, and the generator
 * the other cores of the same memory node but one, which is left to the runner where there are three or more: what one
 * does must not slow the other. CPUs that are asked for by number are taken as they are or refused, never narrowed
 * (`taskset -c 1,5` on two CPUs silently becomes 1). `where` names the place in the experiment, for messages.
 */
export function placeCpus(
  asked: Readonly<Record<Role, CpuChoice>>,
  machine: MachineFacts,
  where: (role: Role) => string = (role) => `cpus.${role}`,
): Placement {
  const problems = (['server', 'generator'] as const).flatMap((role) => cpuProblems(where(role), asked[role], machine));
  const cores = coresOf(machine);
  const server = asked.server === 'auto' ? serverCpus(cores, numbersOf(asked.generator)) : asked.server;
  const generator = asked.generator === 'auto' ? generatorCpus(cores, numbersOf(server)) : asked.generator;
  return { cpus: { server: pinned(server), generator: pinned(generator) }, problems };
}

const numbersOf = (choice: CpuChoice): readonly number[] => (Array.isArray(choice) ? choice : []);
/** A machine that does not tell its CPUs cannot be pinned to. */
const pinned = (choice: false | number[]): number[] | null => (choice === false || choice.length === 0 ? null : choice);

/**
 * One core away from what the generator asked for: an isolated one if there is one, on a node that has another for the
 * generator, and the last, because the first takes most of a machine's interrupts. The core's other threads stay idle.
 */
function serverCpus(cores: readonly Core[], taken: readonly number[]): number[] {
  const free = cores.filter((core) => !core.siblings.some((cpu) => taken.includes(cpu)));
  const company = (core: Core): number => Number(free.some((other) => other !== core && other.node === core.node));
  const best = free.toSorted(
    (a, b) => Number(b.isolated) - Number(a.isolated) || company(b) - company(a) || firstOf(b) - firstOf(a),
  )[0];
  if (best !== undefined) return [firstOf(best)];
  const all = cores.flatMap((core) => core.cpus);
  return all
    .filter((cpu) => !taken.includes(cpu))
    .slice(-1)
    .concat(all.slice(-1))
    .slice(0, 1);
}

function generatorCpus(cores: readonly Core[], server: readonly number[]): number[] {
  const own = cores.filter((core) => core.siblings.some((cpu) => server.includes(cpu)));
  const others = preferred(
    cores.filter((core) => !own.includes(core)),
    (core) => own.length === 0 || own.some(({ node }) => node === core.node),
    // The scheduler does not spread threads over isolated CPUs: all of a generator's would sit on one.
    (core) => !core.isolated,
  );
  if (others.length > 0) {
    const spare = own.length > 0 && others.length > 1 ? others.slice(1) : others;
    return ascending(spare.flatMap((core) => core.cpus));
  }
  // One core: its other thread is still better than the server's own. One CPU: shared, and a caveat will say so.
  const all = cores.flatMap((core) => core.cpus);
  const siblings = all.filter((cpu) => !server.includes(cpu));
  return ascending(siblings.length > 0 ? siblings : all);
}

/** The items that meet all wishes, each wish dropped where none would be left. */
function preferred<T>(items: readonly T[], ...wishes: readonly ((item: T) => boolean)[]): T[] {
  return wishes.reduce<T[]>(
    (left, wish) => {
      const kept = left.filter(wish);
      return kept.length > 0 ? kept : left;
    },
    [...items],
  );
}

const firstOf = (core: Core): number => Math.min(...core.cpus);
const ascending = (cpus: readonly number[]): number[] => cpus.toSorted((a, b) => a - b);

function cpuProblems(where: string, asked: CpuChoice, machine: MachineFacts): Problem[] {
  const usable = usablePlaces(machine).map((place) => place.cpu);
  return numbersOf(asked)
    .filter((cpu) => !usable.includes(cpu))
    .map((cpu) => ({
      where,
      what: machine.topology.some((place) => place.cpu === cpu)
        ? `CPU ${cpu} is there, but this process may not use it`
        : `this machine has no CPU ${cpu} online`,
      remedy: `choose from ${usable.join(', ')}, or "auto"`,
    }));
}

/**
 * CPUs for what starts beside server and generator and sleeps in the window: all but those that nothing is scheduled on by
 * itself. On the generator's CPU alone it would keep the next window waiting.
 */
export const betweenWindowsCpus = (machine: Pick<MachineFacts, 'topology' | 'allowedCpus'>): number[] =>
  preferred(usablePlaces(machine), ({ isolated }) => !isolated).map(({ cpu }) => cpu);

/**
 * The runner's own CPUs: a core that neither side uses where there is one to spare, else the generator's, never the
 * server's. null = nothing to keep off, or nowhere else to be.
 */
export function runnerCpus(placed: readonly Record<Role, number[] | null>[], machine: MachineFacts): number[] | null {
  const of = (role: Role): Set<number> => new Set(placed.flatMap((cpus) => cpus[role] ?? []));
  const [servers, generators] = [of('server'), of('generator')];
  if (servers.size === 0) return null;
  const uses = (core: Core, cpus: ReadonlySet<number>): boolean => core.siblings.some((cpu) => cpus.has(cpu));
  const off = coresOf(machine).filter((core) => !uses(core, servers));
  const cpus = preferred(
    off.flatMap((core) => core.cpus.map((cpu) => ({ cpu, core }))),
    ({ cpu }) => !generators.has(cpu),
    ({ core }) => !uses(core, generators),
    ({ core }) => !core.isolated,
  ).map(({ cpu }) => cpu);
  return cpus.length > 0 ? ascending(cpus) : null;
}
