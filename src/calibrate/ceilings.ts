import { generatorBusyShare } from '../analysis/caveats/cpu-use.ts';
import { median } from '../analysis/estimate.ts';
import { rateOf } from '../analysis/measured-trial.ts';
import type { Ceiling, DriverCertificate } from '../model/calibration.ts';
import { DriverError } from '../model/driver.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { TrialContext } from '../trial/context.ts';
import type { Job } from './jobs.ts';
import { withServer } from './live-server.ts';
import { loadFor } from './loads.ts';
import type { Scale } from './scale.ts';
import { observedWindow } from './window.ts';

/** Enough to keep one core of a server busy, few enough not to be a load of its own. */
export const CONNECTIONS = 50;
/** Far beyond what any of them makes in the time; a counted load ends when it is done. */
const REQUESTS_A_SECOND = 20_000;

export type Kind = 'keepAlive' | 'fresh';
const KINDS: readonly Kind[] = ['keepAlive', 'fresh'];

/** The baseline's load in a closed loop; an open one has no ceiling, only a rate that it was asked for. */
export function baselineLoad(context: TrialContext, driver: string, kind: Kind, durationMs: number, path: string) {
  return loadFor(context.drivers[driver]!.driver, {
    path,
    connections: CONNECTIONS,
    keepAlive: kind === 'keepAlive',
    durationMs,
    requests: (REQUESTS_A_SECOND * durationMs) / 1000,
    perSecond: null,
  });
}

interface Climb {
  driver: string;
  kind: Kind;
  load: Load | { refused: string };
  rounds: { perSecond: number; busyCores: number | null; busyShare: number | null }[];
  failure: string | null;
}

/** What each driver gets out of the baseline server, a fresh one for each window, drivers in turn within a round. */
export function ceilingJobs(
  context: TrialContext,
  cell: Cell,
  scale: Scale,
  drivers: readonly string[],
): { jobs: Job[]; ceilings(driver: string): DriverCertificate['ceilings'] } {
  const climbs = KINDS.flatMap((kind) =>
    drivers.map((driver): Climb => {
      const load = baselineLoad(context, driver, kind, scale.ceilingMs, cell.load.path);
      return { driver, kind, load, rounds: [], failure: null };
    }),
  );
  const able = climbs.filter((one) => 'stop' in one.load);
  const jobs = Array.from({ length: scale.rounds }, (_, round) =>
    able.map((_, i): Job => {
      const one = able[(i + round) % able.length] as Climb;
      return {
        label: `ceiling: ${one.driver}, ${one.kind === 'fresh' ? 'fresh' : 'kept'} connections, round ${round + 1}`,
        plannedMs: scale.ceilingMs + 2_000,
        run: () => climb(context, cell, one),
      };
    }),
  ).flat();
  const find = (driver: string, kind: Kind): Ceiling =>
    ceilingOf(climbs.find((one) => one.driver === driver && one.kind === kind) as Climb);
  return { jobs, ceilings: (driver) => ({ keepAlive: find(driver, 'keepAlive'), fresh: find(driver, 'fresh') }) };
}

async function climb(context: TrialContext, cell: Cell, one: Climb): Promise<void> {
  if (!('stop' in one.load)) return;
  const load: Load = { ...one.load, warmup: { kind: 'duration', durationMs: 1_000 } };
  try {
    const { result } = await withServer(context, cell, (live) => observedWindow(context, live, load));
    const use = result.observation?.generator;
    one.rounds.push({
      perSecond: rateOf(result.measurement),
      busyCores: use ? use.cpuUs / use.cpuOverUs : null,
      busyShare: generatorBusyShare({ cell: { ...cell, load }, ...result }),
    });
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    one.failure = error.message;
  }
}

function ceilingOf({ load, rounds, failure }: Climb): Ceiling {
  if (!('stop' in load)) return { perSecond: null, reason: load.refused };
  if (rounds.length === 0) return { perSecond: null, reason: failure ?? 'it was not measured' };
  const known = (figures: (number | null)[]): number | null => {
    const all = figures.filter((figure) => figure !== null);
    return all.length === 0 ? null : median(all);
  };
  return {
    perSecond: median(rounds.map((round) => round.perSecond)),
    rounds: rounds.map((round) => round.perSecond),
    busyCores: known(rounds.map((round) => round.busyCores)),
    busyShare: known(rounds.map((round) => round.busyShare)),
  };
}
