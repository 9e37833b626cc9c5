import type { Problem } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings, Tweak, Wrap } from '../model/plan.ts';

export function compileTweaks(settings: Settings): Tweak[] {
  return Object.entries(settings.sysctl).map(([key, { value, optional }]) => ({
    path: `/proc/sys/${key.replaceAll('.', '/')}`,
    value,
    control: 'sysctl',
    setting: `sysctl.${key}`,
    scope: key.startsWith('net.ipv4.tcp_') ? 'namespace' : 'machine',
    optional,
  }));
}
export function compileWraps(settings: Settings, role: Role): Wrap[] {
  const wraps: Wrap[] = [];
  const add = (prefix: string[], control: string, setting: string, env = {}) =>
    wraps.push({ prefix, env, control, setting, role });
  const cpus = settings.cpus[role];
  if (cpus !== null) add(['taskset', '-c', cpus.join(',')], 'cpus', `${role}.cpus`);
  for (const [name, value] of Object.entries(settings.ulimit[role]))
    add(['prlimit', `--${name}=${value}:${value}`], 'ulimit', `${role}.ulimit.${name}`);
  return wraps;
}
export function wrapArgv(
  argv: readonly string[],
  wraps: readonly Wrap[],
): { argv: string[]; env: Record<string, string> } {
  return {
    argv: [...wraps.flatMap((wrap) => wrap.prefix), ...argv],
    env: Object.assign({}, ...wraps.map((wrap) => wrap.env)),
  };
}
export const checkSettings = (_settings: Settings, _facts: MachineFacts): Problem[] => [];
export const asMachine = (tweaks: readonly Tweak[]): Tweak[] =>
  tweaks.map((tweak) => ({ ...tweak, scope: 'machine' as const }));
