import { leash } from '../environment/stage/leash.ts';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Plan } from '../model/plan.ts';
import type { RunFile } from '../model/run.ts';
import { assignDrivers, type InstalledDriver, installedDrivers, installWantedDrivers } from './drivers.ts';
import { hostCopies } from './host-copies.ts';
import { decideIsolation, type Isolation } from './isolation.ts';
import { installAll, type PreparedServers, type PrepareOptions, prepareServers } from './servers.ts';
import { settingsProblems } from './settings.ts';
import { missingStageTools } from './stage-tools.ts';

export interface Ready {
  /** The plan with a driver for every load. */
  plan: Plan;
  isolation: Isolation;
  /** Namespaced settings of this host that every trial copies in: paths under /proc/sys/net. */
  copyHost: string[];
  drivers: Record<string, InstalledDriver>;
  servers: PreparedServers;
  notRun: Record<string, string>;
  relaxed: Problem[];
}

export interface PreflightOptions extends Omit<PrepareOptions, 'leash'> {
  ownVersion: string;
  node: string;
  /** Compiled worker that writes and reads sysctls inside a stage. */
  sysctlWorker: string;
  /** All generators of the machine are looked for, not only those that the plan may use. */
  everyDriver: boolean;
}

/**
 * Asks the machine whether the plan can hold, before anything is touched. What the user can mend is one `UserError`
 * (exit 3) with every problem; with `--relax` problems of settings are recorded instead. What is merely not installed
 * makes its cells `not-run`.
 */
export async function preflight(
  host: Host,
  machine: MachineFacts,
  plan: Plan,
  options: PreflightOptions,
): Promise<Ready> {
  if (options.install && plan.isolation !== 'host') {
    const networks = plan.cells.map(({ settings }) => settings.network);
    await installAll(host, await missingStageTools(host, networks, options.cache), { ...options, leash: [] });
  }
  const { isolation, problems } = await decideIsolation(host, plan.isolation);
  problems.push(...(await settingsProblems(host, machine, plan.cells, isolation, options)));
  if (problems.length > 0 && !plan.relax) {
    throw new UserError('this machine cannot hold what the experiment sets', {
      exitCode: ExitCode.preflightRefused,
      problems,
      hint: `${options.install ? 'No setting' : 'Nothing'} was changed. --relax measures without these settings and says so in the report.`,
    });
  }
  await using held = await leash(host, isolation);
  const tied = { ...options, leash: held.argv };
  if (options.install) await installWantedDrivers(host, plan.cells, tied);
  const named = options.everyDriver ? ['auto'] : plan.cells.map(({ load }) => load.driver);
  const drivers = await installedDrivers(host, options.cache, options.ownVersion, new Set(named));
  const { cells, unloadable } = assignDrivers(plan.cells, new Set(Object.keys(drivers)));
  const servers = await prepareServers(host, plan.servers, tied);
  return {
    plan: { ...plan, cells },
    isolation,
    copyHost: await hostCopies(host, isolation, options),
    drivers,
    servers,
    notRun: notRunOf(plan, unloadable, servers.unavailable),
    relaxed: problems,
  };
}

function notRunOf(
  plan: Plan,
  unloadable: Record<string, string>,
  unavailable: Record<string, string>,
): RunFile['notRun'] {
  const reasons = plan.cells.map(
    (cell) => [cell.id, cell.skip ?? unavailable[cell.server] ?? unloadable[cell.id]] as const,
  );
  return Object.fromEntries(reasons.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
