import type { Role, Settings } from '../../model/plan.ts';
import type { Facts } from '../facts.ts';
import { processSetting } from './processes.ts';

/** What an environment asks for the processes of one role. */
export interface ProcessSetting {
  role: string;
  setting: string;
  asked: string;
}

/**
 * By environment: the CPUs, niceness and limits that were asked for and are not the same in all of them. What of them was
 * found on the live processes is another section's.
 */
export function differingProcesses({ run, cells, words }: Facts): Map<string, ProcessSetting[]> {
  const asked = cells.map(({ environment, plan }) => ({
    environment,
    values: plan === null ? {} : valuesOf(plan.settings),
  }));
  const of = (environment: string, key: string): string => {
    const own = asked.filter((cell) => cell.environment === environment);
    return [...new Set(own.map(({ values }) => values[key] ?? words.say('settings.left')))].join(
      words.say('settings.or'),
    );
  };
  const names = run.plan.environments
    .map(({ name }) => name)
    .filter((name) => asked.some(({ environment }) => environment === name));
  const keys = [...new Set(asked.flatMap(({ values }) => Object.keys(values)))].sort();
  const differing = keys.filter((key) => new Set(names.map((name) => of(name, key))).size > 1);
  return new Map(
    names.map((name) => [name, differing.map((key) => ({ ...processSetting(key, words), asked: of(name, key) }))]),
  );
}

/** Under the names that proofs have, too: `server.ulimit.nofile`. */
function valuesOf({ cpus, ulimit, nice }: Settings): Record<string, string | undefined> {
  const roles: Role[] = ['server', 'generator'];
  return Object.fromEntries(
    roles.flatMap((role) => [
      [`${role}.cpus`, cpus[role]?.join(',')],
      [`${role}.nice`, nice[role]?.toString()],
      ...Object.entries(ulimit[role]).map(([limit, value]) => [`${role}.ulimit.${limit}`, String(value)]),
    ]),
  );
}
