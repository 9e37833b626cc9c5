import { asMachine, checkSettings, compileTweaks, namespaceOnly } from '../controls/index.ts';
import { checkNetwork } from '../environment/stage/network.ts';
import { openStage } from '../environment/stage/open.ts';
import type { Problem } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Cell, Settings, Tweak } from '../model/plan.ts';
import type { Isolation } from './isolation.ts';

/** Every setting of the plan that this machine or user cannot apply, each named once. */
export async function settingsProblems(
  host: Host,
  machine: MachineFacts,
  cells: readonly Cell[],
  isolation: Isolation,
  options: StageTools,
): Promise<Problem[]> {
  const problems = new Map<string, Problem>();
  const add = (problem: Problem): void => void problems.set(`${problem.where}\n${problem.what}`, problem);
  for (const settings of distinct(cells.map((cell) => cell.settings))) {
    const found = checkSettings(settings, machine);
    for (const problem of found) add(problem);
    const told = new Set(found.map((problem) => problem.where));
    // A setting has one problem: what the machine would say of it is the same in other words.
    const compiled = compileTweaks(settings, machine).filter((tweak) => !told.has(tweak.setting));
    const tweaks = isolation.kind === 'host' ? asMachine(compiled) : compiled;
    if (isolation.kind === 'host') for (const problem of namespaceOnly(compiled)) add(problem);
    for (const tweak of tweaks) {
      const problem = tweak.scope === 'machine' ? await machineTweakProblem(host, tweak) : null;
      if (problem !== null) add(problem);
    }
    if (isolation.kind === 'namespace')
      for (const problem of await stageProblems(host, settings, tweaks, isolation, options)) add(problem);
    for (const problem of await checkNetwork(host, settings.network)) add(problem);
  }
  return [...problems.values()];
}

function distinct(all: readonly Settings[]): Settings[] {
  return [...new Map(all.map((settings) => [JSON.stringify(settings), settings])).values()];
}

/** What a trial stage of its own needs beside the settings. */
export interface StageTools {
  node: string;
  sysctlWorker: string;
}

/** Opens a stage with the namespaced settings and looks which of them took: nothing of it outlives the stage. */
async function stageProblems(
  host: Host,
  settings: Settings,
  tweaks: readonly Tweak[],
  isolation: Isolation,
  tools: StageTools,
): Promise<Problem[]> {
  // Which algorithms may be had is the machine's setting: where it is set too, only the trial can tell.
  const allowed = tweaks.some(({ setting }) => setting === 'sysctl.net.ipv4.tcp_allowed_congestion_control');
  const inside = tweaks.filter(
    ({ scope, setting }) => scope === 'namespace' && !(allowed && setting === 'sysctl.net.ipv4.tcp_congestion_control'),
  );
  if (inside.length === 0) return [];
  await using stage = await openStage(host, {
    isolation: 'namespace',
    rootless: isolation.rootless,
    tweaks: inside,
    copyHost: [],
    network: settings.network,
    runId: 'preflight',
    worker: tools.sysctlWorker,
    node: tools.node,
  });
  const optional = new Set(inside.filter((tweak) => tweak.optional).map((tweak) => tweak.setting));
  return stage.proofs
    .filter((proof) => !proof.held && !optional.has(proof.setting))
    .map((proof) => ({
      where: proof.setting,
      what: `${proof.asked} did not take in a private network namespace: ${proof.detail ?? `it reads ${proof.during ?? 'nothing'}`}`,
      remedy: 'correct the value, mark it optional: true, or pass --relax to report it instead',
    }));
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
    remedy:
      host.user.uid === 0
        ? 'run outside the container that mounts it read-only, or pass --relax'
        : 'run as root, or pass --relax to report it instead',
  };
}
