import { chooseDriver } from '../drivers/choose.ts';
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

/** The generators that are on this machine and are what their name says, with their versions. */
export async function installedDrivers(
  host: Host,
  cache: string,
  ownVersion: string,
): Promise<Record<string, InstalledDriver>> {
  const found: Record<string, InstalledDriver> = {};
  for (const driver of drivers) {
    const missing = await missingRequirements(host, driver.requires, cache);
    if (missing.length === 0) found[driver.name] = { driver, version: await versionOf(host, driver, ownVersion) };
  }
  return found;
}

async function versionOf(host: Host, driver: Driver, ownVersion: string): Promise<string> {
  if (driver.version === null) return ownVersion;
  if (typeof driver.version === 'string') return driver.version;
  const said = await host.run(driver.version.argv, { timeoutMs: 10_000 }).catch(() => null);
  const match = `${said?.stdout ?? ''}${said?.stderr ?? ''}`.match(new RegExp(driver.version.pattern));
  return match?.[1] ?? 'unknown';
}

/** What makes two loads need the same driver: everything but how many connections and where to. */
function shapeOf(load: Load): string {
  const { keepAlive, pipelining, rate, http, stop, driver } = load;
  return JSON.stringify([driver, keepAlive, pipelining > 1, rate !== null, http, stop.kind]);
}

/**
 * Gives every cell its driver: one for each load shape across all servers, so that servers are compared by one
 * instrument. Returns the reason for each cell that no installed driver can load.
 */
export function assignDrivers(
  cells: readonly Cell[],
  installed: ReadonlySet<string>,
): { cells: Cell[]; unloadable: Record<string, string> } {
  const chosen = new Map<string, string | { problem: string }>();
  const unloadable: Record<string, string> = {};
  const assigned = cells.map((cell) => {
    const shape = shapeOf(cell.load);
    const known = chosen.get(shape) ?? pick(cell.load, installed);
    chosen.set(shape, known);
    if (typeof known === 'string') return { ...cell, load: { ...cell.load, driver: known } };
    unloadable[cell.id] = known.problem;
    return cell;
  });
  return { cells: assigned, unloadable };
}

function pick(load: Load, installed: ReadonlySet<string>): string | { problem: string } {
  const choice = chooseDriver(load, installed);
  return 'driver' in choice ? choice.driver.name : { problem: choice.problem };
}

/** `--install`: gets the generators that the plan names, and for `auto` the one that would be chosen if all were here. */
export async function installWantedDrivers(host: Host, cells: readonly Cell[], options: InstallOptions): Promise<void> {
  // By apt only: a generator that has to be built is fetched when it is named.
  const offered = drivers
    .filter((driver) => driver.requires.every((one) => one.apt !== null))
    .map((driver) => driver.name);
  const wanted = new Set(
    cells
      .map(({ load }) => (load.driver === 'auto' ? pick(load, new Set(offered)) : load.driver))
      .filter((name) => typeof name === 'string'),
  );
  const requirements = drivers.filter((driver) => wanted.has(driver.name)).flatMap((driver) => driver.requires);
  const missing = await missingRequirements(host, requirements, options.cache);
  if (missing.length === 0) return;
  await installAll(host, missing, options);
}
