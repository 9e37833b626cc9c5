import type { Driver } from '../model/driver.ts';
import type { Load } from '../model/plan.ts';
import { driverNamed, drivers } from './index.ts';

export type Choice = { driver: Driver; reason: string } | { problem: string };

/**
 * The generator for a load. `auto`: the strongest installed one that can do it, by requests a second on one core, over kept
 * or fresh connections as the load asks; in an open loop (where the rate is given) the one with the finest latency first.
 * @param installed names of drivers that are on this machine.
 * @throws UserError when the load names a driver that does not exist.
 */
export function chooseDriver(load: Load, installed: ReadonlySet<string>): Choice {
  return load.driver === 'auto' ? strongest(load, installed) : named(load, installed);
}

function strongest(load: Load, installed: ReadonlySet<string>): Choice {
  const able = drivers.filter((driver) => driver.refuses(load) === null).sort((a, b) => compare(load, a, b));
  const best = able.find((driver) => installed.has(driver.name));
  if (best) {
    const runnerUp = able.find((driver) => driver !== best && installed.has(driver.name));
    return { driver: best, reason: reasonFor(load, best, runnerUp) };
  }
  if (able.length > 0) {
    const [first] = able as [Driver, ...Driver[]];
    return { problem: `no installed driver can do this load; ${first.name} could, but is not installed` };
  }
  const reasons = drivers.map((driver) => driver.refuses(load)).filter((one) => one !== null);
  return { problem: `no driver can do this load: ${reasons.join('; ')}` };
}

const strengthFor = (load: Load, { strength }: Driver): number =>
  load.keepAlive ? strength.keepAlive : strength.fresh;

function compare(load: Load, a: Driver, b: Driver): number {
  if (load.rate !== null) {
    // An open loop needs no more than its rate: what counts is that starts are on time and all is seen.
    const finest = (a.capabilities.resolutionUs ?? Infinity) - (b.capabilities.resolutionUs ?? Infinity);
    if (a.kind !== b.kind) return a.kind === 'embedded' ? -1 : 1;
    if (finest !== 0) return finest;
  }
  return strengthFor(load, b) - strengthFor(load, a);
}

function reasonFor(load: Load, best: Driver, runnerUp: Driver | undefined): string {
  const how = load.keepAlive ? 'kept' : 'fresh';
  if (load.rate !== null) return `${best.name}: an open loop, every start by our own clock`;
  const beside = runnerUp ? `; ${runnerUp.name} about ${strengthFor(load, runnerUp)}` : '';
  return `${best.name}: about ${strengthFor(load, best)} requests a second over ${how} connections on one core${beside}`;
}

function named(load: Load, installed: ReadonlySet<string>): Choice {
  const driver = driverNamed(load.driver);
  const refusal = driver.refuses(load);
  if (refusal !== null) return { problem: refusal };
  if (!installed.has(driver.name)) return { problem: `${driver.name} is not installed: ${howToInstall(driver)}` };
  return { driver, reason: `${driver.name}: as the load says` };
}

function howToInstall({ requires }: Driver): string {
  const ways = requires.map(({ apt, install }) =>
    apt === null ? install.map((argv) => argv.join(' ')).join(' && ') : `apt-get install -y ${apt}`,
  );
  // Where our folder of programs is on most machines.
  const shown = ways.join(' && ').replaceAll('{{bin}}', '~/.cache/loadcell/bin');
  return `use --install (${shown}), or set driver to "auto"`;
}
