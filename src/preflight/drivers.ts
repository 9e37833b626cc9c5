import { type Choice, chooseDrivers } from '../drivers/choose.ts';
import { drivers } from '../drivers/index.ts';
import type { Driver } from '../model/driver.ts';
import type { Host } from '../model/host.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { InstallOptions } from '../trial/prepare/install.ts';
import { missingRequirements } from '../trial/prepare/requirements.ts';
import { installAll } from './servers.ts';

export interface InstalledDriver {
  driver: Driver;
  version: string;
}

/**
 * The generators among these that are on this machine and are what their name says, with their versions. Each is asked by
 * starting it, which takes some tenths of a second of CPU time for all.
 * @param names of drivers; `auto` stands for every one.
 */
export async function installedDrivers(
  host: Host,
  cache: string,
  ownVersion: string,
  names: ReadonlySet<string>,
): Promise<Record<string, InstalledDriver>> {
  const asked = names.has('auto') ? drivers : drivers.filter(({ name }) => names.has(name));
  const found = await Promise.all(
    asked.map(async (driver): Promise<[string, InstalledDriver][]> => {
      const missing = await missingRequirements(host, driver.requires, cache);
      return missing.length > 0 ? [] : [[driver.name, { driver, version: await versionOf(host, driver, ownVersion) }]];
    }),
  );
  return Object.fromEntries(found.flat());
}

async function versionOf(host: Host, driver: Driver, ownVersion: string): Promise<string> {
  if (driver.version === null) return ownVersion;
  if (typeof driver.version === 'string') return driver.version;
  const said = await host.run(driver.version.argv, { timeoutMs: 10_000 }).catch(() => null);
  const match = `${said?.stdout ?? ''}${said?.stderr ?? ''}`.match(new RegExp(driver.version.pattern));
  return match?.[1] ?? 'unknown';
}

/** What loads that one driver is chosen for have in common: not how much they ask, nor where and with what words. */
function shapeOf(load: Load): string {
  const { keepAlive, pipelining, rate, http, stop, driver } = load;
  return JSON.stringify([driver, keepAlive, pipelining > 1, rate !== null, http, stop.kind]);
}

/**
 * Gives every cell its driver: one for each load shape across all servers, so that servers are compared by one
 * instrument, and one that can do every load of the shape. Returns the reason for each cell that none can load, or that
 * the driver which it names refuses.
 */
export function assignDrivers(
  cells: readonly Cell[],
  installed: ReadonlySet<string>,
): { cells: Cell[]; unloadable: Record<string, string> } {
  const shapes = new Map<string, Load[]>();
  for (const { load } of cells) {
    const shape = shapes.get(shapeOf(load));
    if (shape === undefined) shapes.set(shapeOf(load), [load]);
    else shape.push(load);
  }
  const chosen = new Map<Load, Choice>();
  for (const loads of shapes.values()) {
    for (const [index, choice] of chooseDrivers(loads, installed).entries()) chosen.set(loads[index] as Load, choice);
  }
  const unloadable: Record<string, string> = {};
  const assigned = cells.map((cell) => {
    const choice = chosen.get(cell.load) as Choice;
    if ('driver' in choice) return { ...cell, load: { ...cell.load, driver: choice.driver } };
    unloadable[cell.id] = choice.problem;
    return cell;
  });
  return { cells: assigned, unloadable };
}

/** `--install`: gets the generators that the plan names, and for `auto` the one that would be chosen if all were here. */
export async function installWantedDrivers(host: Host, cells: readonly Cell[], options: InstallOptions): Promise<void> {
  // By apt only: a generator that has to be built is fetched when it is named.
  const offered = drivers
    .filter((driver) => driver.requires.every((one) => one.apt !== null))
    .map((driver) => driver.name);
  const wanted = new Set(assignDrivers(cells, new Set(offered)).cells.map(({ load }) => load.driver));
  const requirements = drivers.filter((driver) => wanted.has(driver.name)).flatMap((driver) => driver.requires);
  const missing = await missingRequirements(host, requirements, options.cache);
  if (missing.length === 0) return;
  await installAll(host, missing, options);
}
