import { median } from '../analysis/estimate.ts';
import { rateOf } from '../analysis/measured-trial.ts';
import type { NoiseFloor, PairedRatio } from '../model/calibration.ts';
import { DriverError } from '../model/driver.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { TrialContext } from '../trial/context.ts';
import { baselineLoad, type Kind } from './ceilings.ts';
import { measurePair, noiseOf, type Pair, ratioOf } from './figures.ts';
import type { Job } from './jobs.ts';
import { withServer } from './live-server.ts';
import type { Scale } from './scale.ts';
import { bareWindow, type Live, observedWindow } from './window.ts';

/** A generator that pairs are made with. */
export interface Subject {
  driver: string;
  kind: Kind;
}

const WARM_UP_MS = 1_000;

/** One side of a pair: a rate, in requests a second. */
type Side = (live: Live, load: Load) => Promise<number>;

interface Paired {
  subject: Subject;
  pairs: Pair[];
}

export const connectionsOf = ({ kind }: Subject): 'kept' | 'fresh' => (kind === 'fresh' ? 'fresh' : 'kept');

/** Pairs of windows against one live server, the sides in turn; each pair has a server of its own, warmed up before. */
function pairJobs(
  context: TrialContext,
  cell: Cell,
  scale: Scale,
  what: { label: string; subjects: readonly Subject[]; pairs: number; numerator: Side; denominator: Side },
): { jobs: Job[]; ratios(): PairedRatio[] } {
  const all = what.subjects.map((subject): Paired => ({ subject, pairs: [] }));
  const run = (one: Paired, index: number): Promise<void> =>
    orLeftOut(async () => {
      const load = loadOf(context, cell, one.subject, scale);
      const { result } = await withServer(context, cell, async (live) => {
        await bareWindow(context, live, { ...load, stop: { kind: 'duration', durationMs: WARM_UP_MS } });
        return measurePair(index, {
          numerator: () => what.numerator(live, load),
          denominator: () => what.denominator(live, load),
        });
      });
      one.pairs.push(result);
    });
  const jobs = interleaved(all, what.pairs, (one, index) => ({
    label: `${what.label}: ${one.subject.driver}, ${connectionsOf(one.subject)} connections, pair ${index + 1}`,
    plannedMs: 4 * scale.pairMs + WARM_UP_MS + 2_000,
    run: () => run(one, index),
  }));
  const ratios = (): PairedRatio[] =>
    all
      .filter((one) => one.pairs.length > 0)
      .map(({ subject, pairs }) => ({
        driver: subject.driver,
        connections: connectionsOf(subject),
        ...ratioOf(pairs),
      }));
  return { jobs, ratios };
}

/** What loadcell does around a window and during it, against the generator alone; and the CPU time that it takes for it. */
export function overheadJobs(context: TrialContext, cell: Cell, scale: Scale, subjects: readonly Subject[]) {
  const cpuMs: number[] = [];
  const paired = pairJobs(context, cell, scale, {
    label: 'overhead',
    subjects,
    pairs: scale.pairs,
    numerator: async (live, load) => {
      const { measurement, observation } = await observedWindow(context, live, load);
      if (observation?.runnerCpuUs != null) cpuMs.push(observation.runnerCpuUs / 1000);
      return rateOf(measurement);
    },
    denominator: async (live, load) => rateOf(await bareWindow(context, live, load)),
  });
  const runner = (): { cpuMs: number; windowMs: number } | null =>
    cpuMs.length === 0 ? null : { cpuMs: median(cpuMs), windowMs: scale.pairMs };
  return { ...paired, runner };
}

/** Observation alone: the same window with its counters and without them. */
export const observationJobs = (context: TrialContext, cell: Cell, scale: Scale, subjects: readonly Subject[]) => {
  const window = (observe: boolean): Side => {
    return async (live, load) => rateOf((await observedWindow(context, live, load, { observe })).measurement);
  };
  return pairJobs(context, cell, scale, {
    label: 'observation',
    subjects,
    pairs: scale.observationPairs,
    numerator: window(true),
    denominator: window(false),
  });
};

/** Two equal trials, each on a fresh server in a fresh stage, as a comparison's trials are. */
export function noiseJobs(
  context: TrialContext,
  cell: Cell,
  scale: Scale,
  subjects: readonly Subject[],
): { jobs: Job[]; floors(): NoiseFloor[] } {
  const all = subjects.map((subject): Paired => ({ subject, pairs: [] }));
  const trial = async (load: Load): Promise<number> =>
    rateOf((await withServer(context, cell, (live) => observedWindow(context, live, load))).result.measurement);
  const jobs = interleaved(all, scale.pairs, (one, index) => ({
    label: `noise: ${one.subject.driver}, ${connectionsOf(one.subject)} connections, pair ${index + 1}`,
    plannedMs: 2 * (scale.pairMs + WARM_UP_MS + 1_500),
    run: () =>
      orLeftOut(async () => {
        const window = loadOf(context, cell, one.subject, scale);
        const load: Load = { ...window, warmup: { kind: 'duration', durationMs: WARM_UP_MS } };
        one.pairs.push({ numerator: await trial(load), denominator: await trial(load) });
      }),
  }));
  const floors = (): NoiseFloor[] =>
    all
      .filter((one) => one.pairs.length > 0)
      .map(({ subject, pairs }) => ({
        driver: subject.driver,
        connections: connectionsOf(subject),
        ...noiseOf(pairs),
      }));
  return { jobs, floors };
}

/** Subjects in turn within each round of pairs, so that what changes with time weighs on all alike. */
const interleaved = (all: readonly Paired[], rounds: number, job: (one: Paired, index: number) => Job): Job[] =>
  Array.from({ length: rounds }, (_, index) => all.map((one) => job(one, index))).flat();

function loadOf(context: TrialContext, cell: Cell, { driver, kind }: Subject, scale: Scale): Load {
  const load = baselineLoad(context, driver, kind, scale.pairMs, cell.load.path);
  if (!('stop' in load)) throw new DriverError(load.refused, 'load-refused');
  return load;
}

/** A pair that a generator spoiled is left out; the number of pairs tells. */
async function orLeftOut(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
  }
}
