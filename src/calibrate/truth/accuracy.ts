import { scheduleOf } from '../../drivers/external/schedule.ts';
import type { TruthFinding } from '../../model/calibration.ts';
import { DriverError } from '../../model/driver.ts';
import type { Cell } from '../../model/plan.ts';
import type { TrialContext } from '../../trial/context.ts';
import type { Job } from '../jobs.ts';
import { loadFor, openLoopFor } from '../loads.ts';
import { meanDelayMs, OPEN_CONNECTIONS, OPEN_PER_SECOND, type Scale, type TruthMode } from '../scale.ts';
import { observedWindow } from '../window.ts';
import { startedBehind } from './ahead.ts';
import { findingOf, type Round } from './finding.ts';
import { type TruthPrograms, type TruthRun, withTruth } from './truth-run.ts';

type Kind = TruthFinding['connections'];
const CLOSED: readonly Kind[] = ['kept', 'fresh'];
/** One at a time: with more, the requests' time in each other's way would have to be in the truth too. */
const CONNECTIONS = 1;
/** What a round trip takes beside the delay, to turn time into a count, ms. */
const ROUND_TRIP_MS = 0.1;

interface Held {
  driver: string;
  kind: Kind;
  mode: TruthMode;
  rounds: Round[];
  failures: string[];
}

/** Each driver against the truth server: jobs that fill in `findings`, all drivers in turn within a job. */
export function accuracyJobs(
  context: TrialContext,
  programs: TruthPrograms,
  cell: Cell,
  scale: Scale,
  drivers: readonly string[],
): { jobs: Job[]; findings(driver: string): TruthFinding[]; inRealTime(): boolean } {
  const held: Held[] = [];
  let inRealTime = true;
  const jobs: Job[] = [];
  const views = [
    ...scale.truths.flatMap((mode) => CLOSED.map((kind) => ({ mode, kind }))),
    ...scale.openTruths.map((mode) => ({ mode, kind: 'open loop' as const })),
  ];
  for (const { mode, kind } of views) {
    const able = drivers.filter((driver) => 'stop' in truthLoad(context, driver, mode, kind));
    const own = able.map((driver): Held => ({ driver, kind, mode, rounds: [], failures: [] }));
    held.push(...own);
    for (let round = 0; round < scale.rounds; round += 1) {
      jobs.push({
        label: `truth: ${mode.label}, ${kind === 'open loop' ? kind : `${kind} connections`}, round ${round + 1}`,
        plannedMs: 2_500 + own.length * (mode.windowMs + 500),
        run: async () => {
          const ahead = await holdAll(context, programs, cell, mode, kind, rotated(own, round));
          inRealTime &&= ahead.length > 0;
        },
      });
    }
  }
  const findings = (driver: string): TruthFinding[] =>
    held
      .filter((one) => one.driver === driver)
      .map(({ kind, mode, rounds, failures }) => ({
        connections: kind,
        delay: mode.label,
        ...findingOf(rounds, failures, { max: mode.delay.kind === 'stall' }),
      }));
  return { jobs, findings, inRealTime: () => inRealTime };
}

/** Who goes first changes from round to round. */
const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length] as T);

function truthLoad(context: TrialContext, driver: string, mode: TruthMode, kind: Kind) {
  const adapter = context.drivers[driver]!.driver;
  const timed = { path: '/', keepAlive: kind !== 'fresh', durationMs: mode.windowMs };
  if (kind === 'open loop') {
    return openLoopFor(adapter, { ...timed, connections: OPEN_CONNECTIONS, perSecond: OPEN_PER_SECOND });
  }
  const each = meanDelayMs(mode.delay) + ROUND_TRIP_MS;
  return loadFor(adapter, {
    ...timed,
    connections: CONNECTIONS,
    requests: Math.ceil(Math.min(2_000, mode.windowMs / each)),
    perSecond: Math.ceil(Math.min(200, 500 / each)),
  });
}

/** @returns the prefix that all were started behind. */
function holdAll(
  context: TrialContext,
  programs: TruthPrograms,
  cell: Cell,
  mode: TruthMode,
  kind: Kind,
  all: readonly Held[],
): Promise<readonly string[]> {
  return withTruth(context, programs, cell, mode.delay, async (truth) => {
    const floorUs = await truth.floor(kind === 'fresh' ? 'fresh' : 'kept', mode.floor);
    for (const held of all) await hold(startingBehind(truth.ahead, context, held.driver), truth, held, floorUs);
    return truth.ahead;
  });
}

function startingBehind(prefix: readonly string[], context: TrialContext, name: string): TrialContext {
  const { driver, version } = context.drivers[name]!;
  return { ...context, drivers: { ...context.drivers, [name]: { driver: startedBehind(prefix, driver), version } } };
}

async function hold(context: TrialContext, truth: TruthRun, held: Held, floorUs: readonly number[]): Promise<void> {
  const load = truthLoad(context, held.driver, held.mode, held.kind);
  if (!('stop' in load)) return;
  await truth.reset();
  try {
    const { measurement } = await observedWindow(context, truth.live, load);
    const stats = await truth.stats();
    const schedule = scheduleOf(load);
    if (schedule !== null && stats.replies < schedule.starts) {
      held.failures.push(`${stats.replies} of ${schedule.starts} starts were made and answered`);
      return;
    }
    // An open loop waits for what it has started.
    const mayBeInFlight = schedule === null ? load.connections : 0;
    held.rounds.push({ measurement, stats, floorUs, mayBeInFlight, intervalUs: schedule?.intervalUs ?? null });
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    held.failures.push(error.message);
  }
}
