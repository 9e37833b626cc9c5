import { median } from '../../analysis/estimate.ts';
import type { LatencyError, TruthFinding } from '../../model/calibration.ts';
import { decodeHistogram } from '../../model/histogram.ts';
import type { Measurement } from '../../model/measurement.ts';
import { RATE_MAY_DIFFER, rateRatio } from './rate.ts';
import { responseTimesUs } from './response-times.ts';
import { percentileUs, type TruthStats } from './truth.ts';

/** One window beside what the truth server saw of it. */
export interface Round {
  measurement: Measurement;
  stats: TruthStats;
  /** The machine's own part at p50, p90 and p99, µs. */
  floorUs: readonly number[];
  /** Requests that the end of the window may have cut off: connections. */
  mayBeInFlight: number;
  /** Between two starts of an open loop, µs; null: a closed one. */
  intervalUs: number | null;
}

const NAMES = ['p50', 'p90', 'p99'] as const;
const PERCENT = { p50: 50, p90: 90, p99: 99, max: 100 } as const;

/** What a driver may be wrong by: 2% or 100 µs of the truth, whichever is more. */
const allowedUs = (truthUs: number): number => Math.max(100, truthUs * 0.02);

/** `max`: the longest latency is held too, where the server sees to it that it is no accident. */
export function findingOf(
  rounds: readonly Round[],
  failures: readonly string[],
  options: { max: boolean } = { max: false },
): Omit<TruthFinding, 'connections' | 'delay'> {
  return {
    rounds: rounds.length,
    latency: latencyOf(rounds, options.max),
    counts: countsOf(rounds),
    rate: rateFinding(rounds),
    failures: [...failures],
  };
}

/** Medians over the rounds of truth, figure and error: one round that the machine spoiled does not decide. */
function latencyOf(rounds: readonly Round[], max: boolean): TruthFinding['latency'] {
  const usable = rounds.filter(({ measurement }) => measurement.latency !== null);
  if (usable.length === 0) return null;
  const names = max ? ([...NAMES, 'max'] as const) : NAMES;
  const errors = names.map((name, index) => [name, errorOf(usable.map((round) => errorIn(round, name, index)))]);
  return Object.fromEntries(errors) as Record<(typeof NAMES)[number], LatencyError>;
}

interface ErrorInRound {
  truthUs: number;
  toldUs: number;
  floorUs: number;
}

function errorIn(
  { measurement, stats, floorUs, intervalUs }: Round,
  name: keyof typeof PERCENT,
  index: number,
): ErrorInRound {
  const histogram = decodeHistogram(measurement.latency?.histogram as string);
  return {
    truthUs: percentileUs(intervalUs === null ? stats.delaysUs : responseTimesUs(stats, intervalUs), PERCENT[name]),
    toldUs: histogram.getValueAtPercentile(PERCENT[name]),
    floorUs: floorUs[index] ?? 0,
  };
}

function errorOf(rounds: readonly ErrorInRound[]): LatencyError {
  const truthUs = median(rounds.map((round) => round.truthUs));
  const above = median(rounds.map((round) => round.toldUs - round.truthUs));
  const errorUs = median(rounds.map((round) => round.toldUs - round.truthUs - round.floorUs));
  return {
    truthUs,
    toldUs: median(rounds.map((round) => round.toldUs)),
    floorUs: median(rounds.map((round) => round.floorUs)),
    errorUs,
    // Nobody can see a reply before it was sent, but only what the machine's part does not explain is held against the driver.
    within: -above <= allowedUs(truthUs) && errorUs <= allowedUs(truthUs),
  };
}

function countsOf(rounds: readonly Round[]): TruthFinding['counts'] {
  const apart = rounds.map(({ measurement, stats }) => stats.requests - measurement.requests.completed);
  const serverAboveDriver = Math.max(0, ...apart);
  const driverAboveServer = Math.max(0, ...apart.map((difference) => -difference));
  const mayBeInFlight = Math.max(0, ...rounds.map((round) => round.mayBeInFlight));
  return {
    serverAboveDriver,
    driverAboveServer,
    mayBeInFlight,
    agree: serverAboveDriver <= mayBeInFlight && driverAboveServer === 0,
  };
}

function rateFinding(rounds: readonly Round[]): TruthFinding['rate'] {
  const ratio = median(rounds.map(({ measurement, stats, intervalUs }) => rateRatio(measurement, stats, intervalUs)));
  return { ratio, agrees: Math.abs(ratio - 1) <= RATE_MAY_DIFFER };
}
