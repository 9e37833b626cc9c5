import { asMachine, checkSettings, compileTweaks } from '../controls/index.ts';
import type { Problem } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Cell, Settings, Tweak } from '../model/plan.ts';

/** Every setting of the plan that this machine or user cannot apply, each named once. */
export async function settingsProblems(
  host: Host,
  machine: MachineFacts,
  cells: readonly Cell[],
  isolation: 'namespace' | 'host',
): Promise<Problem[]> {
  const problems = new Map<string, Problem>();
  const add = (problem: Problem): void => void problems.set(`${problem.where}\n${problem.what}`, problem);
  for (const settings of distinct(cells.map((cell) => cell.settings))) {
    for (const problem of checkSettings(settings, machine)) add(problem);
    const compiled = compileTweaks(settings);
    const tweaks = isolation === 'host' ? asMachine(compiled) : compiled;
    for (const tweak of tweaks) {
      const problem = tweak.scope === 'machine' ? await machineTweakProblem(host, tweak) : null;
      if (problem !== null) add(problem);
    }
  }
  return [...problems.values()];
}

export function distinct(all: readonly Settings[]): Settings[] {
  return [...new Map(all.map((settings) => [JSON.stringify(settings), settings])).values()];
}

/** Asks without writing: does the key exist, and could this user write it? */
async function machineTweakProblem(host: Host, tweak: Tweak): Promise<Problem | null> {
  if (!(await host.exists(tweak.path))) {
    if (tweak.optional) return null;
    return {
      where: tweak.setting,
      what: `this kernel has no ${tweak.path}`,
      remedy: 'remove it, mark it optional: true, or pass --relax to report it instead',
    };
  }
  if (await host.canWrite(tweak.path)) return null;
  return {
    where: tweak.setting,
    what: `${tweak.path} is the whole machine's and cannot be written by ${host.user.name} here`,
    remedy: host.user.uid === 0 ? 'run outside the container that mounts it read-only, or pass --relax' : 'run as root, or pass --relax to report it instead',
  };
}
