import { scheduleOf } from '../../drivers/external/schedule.ts';
import type { TruthFinding } from '../../model/calibration.ts';
import { DriverError } from '../../model/driver.ts';
import type { Cell } from '../../model/plan.ts';
import type { TrialContext } from '../../trial/context.ts';
import type { Job } from '../jobs.ts';
import { loadFor } from '../loads.ts';
import { meanDelayMs, type Scale, type TruthMode } from '../scale.ts';
import { observedWindow } from '../window.ts';
import { findingOf, type Round } from './finding.ts';
import { type TruthPrograms, type TruthRun, withTruth } from './truth-run.ts';

type Kind = TruthFinding['connections'];
const KINDS: readonly Kind[] = ['kept', 'fresh'];
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
): { jobs: Job[]; findings(driver: string): TruthFinding[] } {
  const held: Held[] = [];
  const jobs: Job[] = [];
  for (const mode of scale.truths) {
    for (const kind of KINDS) {
      const able = drivers.filter((driver) => 'stop' in truthLoad(context, driver, mode, kind));
      const own = able.map((driver): Held => ({ driver, kind, mode, rounds: [], failures: [] }));
      held.push(...own);
      for (let round = 0; round < scale.rounds; round += 1) {
        jobs.push({
          label: `truth: ${mode.label}, ${kind} connections, round ${round + 1}`,
          plannedMs: 1_000 + own.length * (mode.windowMs + 500),
          run: () => holdAll(context, programs, cell, mode, kind, rotated(own, round)),
        });
      }
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
  return { jobs, findings };
}

/** Who goes first changes from round to round. */
const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length] as T);

function truthLoad(context: TrialContext, driver: string, mode: TruthMode, kind: Kind) {
  const each = meanDelayMs(mode.delay) + ROUND_TRIP_MS;
  return loadFor(context.drivers[driver]!.driver, {
    path: '/',
    connections: CONNECTIONS,
    keepAlive: kind === 'kept',
    durationMs: mode.windowMs,
    requests: Math.ceil(Math.min(2_000, mode.windowMs / each)),
    perSecond: Math.ceil(Math.min(200, 500 / each)),
  });
}

function holdAll(
  context: TrialContext,
  programs: TruthPrograms,
  cell: Cell,
  mode: TruthMode,
  kind: Kind,
  all: readonly Held[],
): Promise<void> {
  return withTruth(context, programs, cell, mode.delay, async (truth) => {
    const floorUs = await truth.floor(kind, mode.floor);
    for (const held of all) await hold(context, truth, held, floorUs);
  });
}

async function hold(context: TrialContext, truth: TruthRun, held: Held, floorUs: readonly number[]): Promise<void> {
  const load = truthLoad(context, held.driver, held.mode, held.kind);
  if (!('stop' in load)) return;
  await truth.reset();
  try {
    const { measurement } = await observedWindow(context, truth.live, load);
    const stats = await truth.stats();
    const intervalUs = scheduleOf(load)?.intervalUs ?? null;
    held.rounds.push({ measurement, stats, floorUs, mayBeInFlight: load.connections, intervalUs });
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    held.failures.push(error.message);
  }
}
