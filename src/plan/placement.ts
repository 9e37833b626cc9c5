import type { Problem } from '../model/errors.ts';
import type { CpuPlace, MachineFacts } from '../model/machine.ts';
import type { Role } from '../model/plan.ts';

export type CpuChoice = 'auto' | false | number[];

export interface Placement {
  cpus: Record<Role, number[] | null>;
  problems: Problem[];
}

/**
 * Which CPUs server and generator get. By default the server has one whole core (its sibling threads stay idle) and the
 * generator the other cores, of the same memory node where there are some: what one does must not slow the other.
 */
export function placeCpus(asked: Record<Role, CpuChoice>, machine: MachineFacts): Placement {
  const problems = (['server', 'generator'] as const).flatMap((role) => cpuProblems(role, asked[role], machine));
  const usable = machine.topology.filter((place) => machine.allowedCpus.includes(place.cpu)).toSorted((a, b) => a.cpu - b.cpu);
  const fixed = (role: Role): number[] => (Array.isArray(asked[role]) ? (asked[role] as number[]) : []);
  const server = asked.server === 'auto' ? serverCore(usable, fixed('generator')) : asked.server;
  const generator = asked.generator === 'auto' ? otherCores(usable, server === false ? [] : server) : asked.generator;
  return { cpus: { server: server === false ? null : server, generator: generator === false ? null : generator }, problems };
}

/** The last core: the first one takes most interrupts of a machine. One core: that one, and a caveat will say so. */
function serverCore(usable: readonly CpuPlace[], taken: readonly number[]): number[] {
  const free = usable.filter((place) => !place.siblings.some((cpu) => taken.includes(cpu)));
  const candidates = free.length > 0 ? free : usable;
  const isolated = candidates.filter((place) => place.isolated);
  const core = (isolated.length > 0 ? isolated : candidates).at(-1);
  return core === undefined ? [] : [Math.min(...core.siblings.filter((cpu) => usable.some((place) => place.cpu === cpu)), core.cpu)];
}

function otherCores(usable: readonly CpuPlace[], server: readonly number[]): number[] {
  const own = usable.filter((place) => server.includes(place.cpu));
  const blocked = new Set(own.flatMap((place) => [place.cpu, ...place.siblings]));
  const others = usable.filter((place) => !blocked.has(place.cpu));
  const node = own[0]?.node ?? null;
  const near = others.filter((place) => place.node === node);
  const chosen = near.length > 0 ? near : others;
  // Where there is nothing else, a sibling is still better than the server's own thread.
  const fallback = usable.filter((place) => !server.includes(place.cpu));
  const last = chosen.length > 0 ? chosen : fallback.length > 0 ? fallback : usable;
  return last.map((place) => place.cpu);
}

function cpuProblems(role: Role, asked: CpuChoice, machine: MachineFacts): Problem[] {
  if (!Array.isArray(asked)) return [];
  return [...new Set(asked)]
    .filter((cpu) => !machine.allowedCpus.includes(cpu))
    .map((cpu) => ({
      where: `cpus.${role}`,
      what: machine.topology.some((place) => place.cpu === cpu)
        ? `CPU ${cpu} is there but this process may not use it`
        : `this machine has no CPU ${cpu} online`,
      remedy: `choose from ${machine.allowedCpus.join(', ')}, or "auto"`,
    }));
}

/**
 * The runner's own CPUs: a core that neither uses where there is one to spare, else the generator's (never the server's).
 * null = nothing to keep off.
 */
export function runnerCpus(placed: readonly Record<Role, number[] | null>[], machine: MachineFacts): number[] | null {
  const servers = new Set(placed.flatMap((cpus) => cpus.server ?? []));
  if (servers.size === 0) return null;
  const generators = new Set(placed.flatMap((cpus) => cpus.generator ?? []));
  const siblings = new Set(machine.topology.filter((place) => servers.has(place.cpu)).flatMap((place) => place.siblings));
  const off = machine.allowedCpus.filter((cpu) => !servers.has(cpu) && !siblings.has(cpu));
  const spare = off.filter((cpu) => !generators.has(cpu));
  if (spare.length > 0) return spare;
  return off.length > 0 ? off : null;
}
