import type { CpuPlace, MachineFacts } from '../model/machine.ts';

/** A physical core, as far as this process may use it. */
export interface Core {
  /** CPUs of it that may be used, ascending; at least one. */
  cpus: number[];
  /** All of its CPUs: what runs on one of them slows the others. */
  siblings: number[];
  node: number | null;
  isolated: boolean;
}

/** CPUs that are online and allowed. A machine that does not tell what is allowed allows all. */
export function usablePlaces({ topology, allowedCpus }: Pick<MachineFacts, 'topology' | 'allowedCpus'>): CpuPlace[] {
  return topology
    .filter((place) => allowedCpus.length === 0 || allowedCpus.includes(place.cpu))
    .toSorted((a, b) => a.cpu - b.cpu);
}

/** The usable cores, in the order of their first CPU. */
export function coresOf(machine: Pick<MachineFacts, 'topology' | 'allowedCpus'>): Core[] {
  const cores: Core[] = [];
  for (const place of usablePlaces(machine)) {
    const core = cores.find((one) => one.siblings.includes(place.cpu));
    if (core === undefined)
      cores.push({
        cpus: [place.cpu],
        siblings: [...new Set([place.cpu, ...place.siblings])],
        node: place.node,
        isolated: place.isolated,
      });
    else core.cpus.push(place.cpu);
  }
  return cores;
}
