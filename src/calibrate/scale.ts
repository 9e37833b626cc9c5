import type { FloorOrder } from './truth/floor.ts';
import type { Delay } from './truth/truth.ts';

/** One behaviour of the truth server, and how long a driver and the bare socket beside it are held against it. */
export interface TruthMode {
  delay: Delay;
  label: string;
  windowMs: number;
  /** What the bare socket that measures the machine's own part does. */
  floor: FloorOrder;
}

/** How much is measured. Windows are whole seconds: several generators know no other. */
export interface Scale {
  /** Rounds of ceilings and of latencies; drivers are interleaved within a round. */
  rounds: number;
  ceilingMs: number;
  truths: readonly TruthMode[];
  /** Those that open loops are held against, at `OPEN_PER_SECOND`. */
  openTruths: readonly TruthMode[];
  /** Pairs of overhead and noise. */
  pairs: number;
  /** Pairs of observation: what it costs is less than two windows differ by, and shows in more of them. */
  observationPairs: number;
  pairMs: number;
  /** Consecutive trials, between whose windows the gap is taken. */
  gapTrials: number;
}

/**
 * Warm-ups make the server's code warm too; where nearly nothing but code is measured they are longer. With 20 ms the
 * driver's own p99 is the second longest of its 150 requests. Windows are as short as leaves enough requests for a p99 and a
 * stall of 1 s whole: a calibration is to take half an hour.
 */
const TRUTHS: readonly TruthMode[] = [
  { delay: { kind: 'none' }, label: 'none', windowMs: 1_000, floor: { warmUp: 300, requests: 2_000 } },
  { delay: { kind: 'constant', ms: 1 }, label: '1 ms', windowMs: 1_000, floor: { warmUp: 300, requests: 500 } },
  { delay: { kind: 'constant', ms: 5 }, label: '5 ms', windowMs: 2_000, floor: { warmUp: 50, requests: 250 } },
  { delay: { kind: 'constant', ms: 20 }, label: '20 ms', windowMs: 3_000, floor: { warmUp: 50, requests: 200 } },
  {
    delay: { kind: 'bimodal', fastMs: 1, slowMs: 100, every: 20 },
    label: '1 or 100 ms',
    windowMs: 2_000,
    floor: { warmUp: 60, requests: 250 },
  },
  {
    delay: { kind: 'stall', afterMs: 500, stallMs: 1_000, baseMs: 5 },
    label: '5 ms, one stall of 1 s',
    windowMs: 3_000,
    floor: { warmUp: 50, requests: 250 },
  },
];

/** Starts a second, and connections: more than meet a stall of 1 s. */
export const OPEN_PER_SECOND = 200;
export const OPEN_CONNECTIONS = 300;

/** After the stall an open loop needs time to catch up: a third of its starts meet it, so that p90 and p99 are waits. */
const OPEN_TRUTHS: readonly TruthMode[] = TRUTHS.filter(
  ({ delay }) => (delay.kind === 'constant' && delay.ms === 5) || delay.kind === 'stall',
).map((mode) => ({ ...mode, windowMs: mode.delay.kind === 'stall' ? 3_000 : 4_000 }));

export const FULL: Scale = {
  rounds: 3,
  ceilingMs: 3_000,
  truths: TRUTHS,
  openTruths: OPEN_TRUTHS,
  pairs: 9,
  observationPairs: 15,
  pairMs: 2_000,
  gapTrials: 11,
};

const quick = (mode: TruthMode): TruthMode => ({ ...mode, windowMs: 1_000, floor: { warmUp: 50, requests: 200 } });

export const QUICK: Scale = {
  rounds: 1,
  ceilingMs: 1_000,
  truths: TRUTHS.slice(2, 3).map(quick),
  openTruths: OPEN_TRUTHS.slice(0, 1).map(quick),
  pairs: 1,
  observationPairs: 1,
  pairMs: 1_000,
  gapTrials: 2,
};

/** Mean time in ms that the truth server takes to a reply, for those who can only be told how many requests to make. */
export function meanDelayMs(delay: Delay): number {
  switch (delay.kind) {
    case 'none':
      return 0;
    case 'constant':
      return delay.ms;
    case 'bimodal':
      return delay.fastMs + (delay.slowMs - delay.fastMs) / delay.every;
    case 'stall':
      return delay.baseMs;
  }
}
