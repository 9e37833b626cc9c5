import type { Controls } from '../experiment/controls.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings } from '../model/plan.ts';
import type { CpuChoice } from './placement.ts';

export type UnplacedSettings = Omit<Settings, 'cpus'> & { cpus: Record<Role, CpuChoice> };

const both = <T>(value: (role: Role) => T): Record<Role, T> => ({ server: value('server'), generator: value('generator') });

/**
 * Merges what experiment, server and environment declare, in this order: the environment is the treatment and wins.
 * Open files have a default for both sides, the runner's hard limit: Node raises its own soft limit and hands it on, so a
 * limit that nobody declares would still be some limit; this one is known, and neither side runs out unless asked to.
 */
export function mergeControls(layers: readonly Controls[], machine: MachineFacts): UnplacedSettings {
  const last = <T>(pick: (layer: Controls) => T | undefined): T | undefined => layers.map(pick).findLast((value) => value !== undefined);
  const nofile = machine.nofileHard;
  const optional = <K extends keyof Settings['machine']>(key: K): Pick<Settings['machine'], K> => {
    const value = last((layer) => (layer as Settings['machine'])[key]);
    return (value === undefined ? {} : { [key]: value }) as Pick<Settings['machine'], K>;
  };
  return {
    cpus: both((role) => last((layer) => layer.cpus?.[role]) ?? 'auto'),
    ulimit: both((role) => Object.assign(nofile === null ? {} : { nofile }, ...layers.map((layer) => defined(layer.ulimit?.[role])))),
    nice: both((role) => last((layer) => layer.nice?.[role]) ?? null),
    env: both((role) => Object.assign({}, ...layers.map((layer) => layer.env?.[role]))),
    sysctl: Object.assign({}, ...layers.map((layer) => layer.sysctl)),
    machine: { ...optional('governor'), ...optional('turbo'), ...optional('transparentHugepages'), ...optional('aslr') },
    network: (defined(last((layer) => layer.network)) as Settings['network'] | undefined) ?? null,
  };
}

/** Without keys whose value is undefined; undefined stays undefined. */
function defined<T extends object>(value: T | undefined): Partial<T> | undefined {
  return value === undefined ? undefined : (Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>);
}
