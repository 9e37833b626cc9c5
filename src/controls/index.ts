import type { Problem } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings, Tweak, Wrap } from '../model/plan.ts';
import { aslr } from './aslr.ts';
import { sysctlInfo } from './catalogue.ts';
import type { Control } from './control.ts';
import { orderWrites } from './coupled.ts';
import { cpus } from './cpus.ts';
import { env } from './env.ts';
import { governor } from './governor.ts';
import { nice } from './nice.ts';
import { beyondRestore } from './sysctl/key.ts';
import { sysctl } from './sysctl.ts';
import { transparentHugepages } from './transparent-hugepages.ts';
import { turbo } from './turbo.ts';
import { ulimit } from './ulimit.ts';

/**
 * Every control. The order is that of wraps, outermost first: CPUs and niceness are inherited by what follows, limits could
 * hinder it, and the program's environment is for the program alone.
 */
export const controls: readonly Control[] = [
  cpus,
  nice,
  ulimit,
  env,
  sysctl,
  governor,
  turbo,
  transparentHugepages,
  aslr,
];

/** Writes that the settings ask for, in an order in which a kernel at its defaults takes them all. */
export function compileTweaks(settings: Settings, facts: MachineFacts): Tweak[] {
  const tweaks = controls.flatMap((control) => control.tweaks?.(settings, facts) ?? []);
  return orderWrites(tweaks, defaultAt);
}

const defaultAt = (path: string): string | undefined =>
  sysctlInfo(path.replace('/proc/sys/', '').replaceAll('/', '.'))?.default ?? undefined;

/** Command prefixes of one role, outermost first. */
export const compileWraps = (settings: Settings, role: Role): Wrap[] =>
  controls.flatMap((control) => control.wraps?.(settings, role) ?? []);

export function wrapArgv(
  argv: readonly string[],
  wraps: readonly Wrap[],
): { argv: string[]; env: Record<string, string> } {
  return {
    argv: [...wraps.flatMap((wrap) => wrap.prefix), ...argv],
    env: Object.assign({}, ...wraps.map((wrap) => wrap.env)),
  };
}

/** What is wrong with the settings, or cannot be on this machine. Pure: what only a try can tell is preflight's. */
export const checkSettings = (settings: Settings, facts: MachineFacts): Problem[] =>
  controls.flatMap((control) => control.check(settings, facts));

/** The same writes on the host itself, where a trial has no namespace of its own. What could not be put back is left out. */
export const asMachine = (tweaks: readonly Tweak[]): Tweak[] =>
  tweaks.filter(({ path }) => beyondRestore(path) === null).map((tweak) => ({ ...tweak, scope: 'machine' as const }));

/** Settings that need a namespace of the trial's own. */
export const namespaceOnly = (tweaks: readonly Tweak[]): Problem[] =>
  tweaks.flatMap(({ setting, path }) => {
    const what = beyondRestore(path);
    const remedy = 'measure in namespaces (isolation: "namespace"), remove it, or pass --relax to measure without it';
    return what === null ? [] : [{ where: setting, what, remedy }];
  });
