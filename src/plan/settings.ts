import type { Controls } from '../experiment/controls.ts';
import type { CpuChoice } from '../experiment/cpus.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings } from '../model/plan.ts';

export type UnplacedSettings = Omit<Settings, 'cpus'> & { cpus: Record<Role, CpuChoice> };

/**
 * Open files, where nobody declares a limit. There is always some limit: Node raises its own soft one to the hard one and
 * hands that on, a login shell would give 1,024. So it is set for both sides and stands in the plan. 65,536 is more than
 * one address has ports, so no load from here runs out; and it is not the hard limit itself, because that is a billion in
 * some containers and some servers (uWSGI) make a table with a place for every file they might open.
 */
const DEFAULT_NOFILE = 65_536;

/** Declared controls, and where in the experiment they stand. The environment is the treatment: it comes last and wins. */
export interface Layer {
  where: string;
  controls: Controls;
}

/** Merges layers, the later winning key by key. */
export function mergeControls(layers: readonly Layer[], machine: MachineFacts): UnplacedSettings {
  const all = layers.map((layer) => layer.controls);
  const last = <T>(pick: (controls: Controls) => T | undefined): T | undefined =>
    all.map(pick).findLast((value) => value !== undefined);
  const merged = <T extends object>(pick: (controls: Controls) => T | undefined): T =>
    Object.assign({}, ...all.map((controls) => defined(pick(controls)))) as T;
  const nofile = machine.nofileHard === null ? {} : { nofile: Math.min(machine.nofileHard, DEFAULT_NOFILE) };
  return {
    cpus: both((role) => last((controls) => controls.cpus?.[role]) ?? 'auto'),
    ulimit: both(
      (role) => ({ ...nofile, ...merged((controls) => controls.ulimit?.[role]) }) as Settings['ulimit'][Role],
    ),
    nice: both((role) => last((controls) => controls.nice?.[role]) ?? null),
    env: both((role) => merged((controls) => controls.env?.[role])),
    sysctl: merged((controls) => controls.sysctl),
    machine: defined({
      governor: last((controls) => controls.governor),
      turbo: last((controls) => controls.turbo),
      transparentHugepages: last((controls) => controls.transparentHugepages),
      aslr: last((controls) => controls.aslr),
    }) as Settings['machine'],
    network: networkOf(all),
  };
}

/** Where the CPUs of a role were asked for, for messages: `environments.tuned.cpus.server`. */
export function originOfCpus(layers: readonly Layer[], role: Role): string {
  const layer = layers.findLast(({ controls }) => controls.cpus?.[role] !== undefined);
  return `${layer?.where ?? 'controls'}.cpus.${role}`;
}

/** `network: false` takes away what an earlier layer declared; what shapes nothing is no shaping. */
function networkOf(all: readonly Controls[]): Settings['network'] {
  const from = all.findLastIndex((controls) => controls.network === false);
  const shaping: NonNullable<Settings['network']> = Object.assign(
    {},
    ...all.slice(from + 1).map((controls) => (controls.network === false ? {} : defined(controls.network))),
  );
  const { rateMbit, lossPercent = 0, delayMs = 0 } = shaping;
  return rateMbit === undefined && lossPercent === 0 && delayMs === 0 ? null : shaping;
}

const both = <T>(value: (role: Role) => T): Record<Role, T> => ({
  server: value('server'),
  generator: value('generator'),
});

/** Without the keys that are only there as undefined. */
const defined = (value: object | undefined): object =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => one !== undefined));
