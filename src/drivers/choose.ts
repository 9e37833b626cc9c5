import type { Driver } from '../model/driver.ts';
import type { Load } from '../model/plan.ts';
import { driverNamed, drivers } from './index.ts';

/** A driver's name, or why there is none, with what to do about it. */
export type Choice = { driver: string } | { problem: string };

/**
 * The generator of each load, in their order. `loads` are of one shape and name one `driver`.
 *
 * `auto`: the strongest installed one that can do all of them, by requests a second on one core, over kept or fresh
 * connections as the loads ask; in an open loop (where the rate is given) the one with the finest latency first. A load that
 * no installed driver can do has its reason, and is no matter for the others. Where no driver can do all of the others, the
 * one that can do the most takes those, and so on with the rest: equal loads, the ones that are compared, have one driver.
 *
 * A driver that is named is held to each load.
 *
 * @param installed names of drivers that are on this machine.
 * @throws UserError when the loads name a driver that does not exist.
 */
export function chooseDrivers(loads: readonly Load[], installed: ReadonlySet<string>): Choice[] {
  return loads[0]?.driver === 'auto' ? strongest(loads, installed) : loads.map((load) => named(load, installed));
}

function strongest(loads: readonly Load[], installed: ReadonlySet<string>): Choice[] {
  const ranked = drivers.toSorted((a, b) => compare(loads[0] as Load, a, b));
  const here = ranked.filter(({ name }) => installed.has(name));
  const chosen = new Map<Load, Choice>();
  for (const load of loads) if (!here.some(can(load))) chosen.set(load, { problem: noneFor(load, ranked) });
  for (;;) {
    const left = loads.filter((load) => !chosen.has(load));
    if (left.length === 0) return loads.map((load) => chosen.get(load) as Choice);
    const share = (driver: Driver): number => left.filter((load) => can(load)(driver)).length;
    const best = here.reduce((best, one) => (share(one) > share(best) ? one : best));
    for (const load of left) if (can(load)(best)) chosen.set(load, { driver: best.name });
  }
}

const can =
  (load: Load) =>
  (driver: Driver): boolean =>
    driver.refuses(load) === null;

function noneFor(load: Load, ranked: readonly Driver[]): string {
  const able = ranked.find(can(load));
  if (able) return `no installed driver can do this load; ${able.name} could, but is not installed`;
  const reasons = drivers.map((driver) => driver.refuses(load)).filter((one) => one !== null);
  return `no driver can do this load: ${reasons.join('; ')}`;
}

function compare(load: Load, a: Driver, b: Driver): number {
  if (load.rate !== null) {
    // An open loop needs no more than its rate: what counts is that starts are on time and all is seen.
    const finest = (a.capabilities.resolutionUs ?? Infinity) - (b.capabilities.resolutionUs ?? Infinity);
    if (a.kind !== b.kind) return a.kind === 'embedded' ? -1 : 1;
    if (finest !== 0) return finest;
  }
  const strengthOf = ({ strength }: Driver): number => (load.keepAlive ? strength.keepAlive : strength.fresh);
  return strengthOf(b) - strengthOf(a);
}

function named(load: Load, installed: ReadonlySet<string>): Choice {
  const driver = driverNamed(load.driver);
  const refusal = driver.refuses(load);
  if (refusal !== null) return { problem: refusal };
  if (!installed.has(driver.name)) return { problem: `${driver.name} is not installed: ${howToInstall(driver)}` };
  return { driver: driver.name };
}

function howToInstall({ requires }: Driver): string {
  const ways = requires.map(({ apt, install }) =>
    apt === null ? install.map((argv) => argv.join(' ')).join(' && ') : `apt-get install -y ${apt}`,
  );
  // Where our folder of programs is on most machines.
  const shown = ways.join(' && ').replaceAll('{{bin}}', '~/.cache/loadcell/bin');
  return `use --install (${shown}), or set driver to "auto"`;
}
