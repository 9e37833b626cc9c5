import { describe, expect, it } from 'vitest';
import { unanswered } from '../../src/analysis/caveats/unanswered.ts';
import type { MeasuredTrial } from '../../src/analysis/measured-trial.ts';
import { withThreads } from '../../src/calibrate/truth/ahead.ts';
import { type Driver, DriverError } from '../../src/model/driver.ts';
import { decodeHistogram } from '../../src/model/histogram.ts';
import { errorTotal, type Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import { delaysFor, WHOLE } from './delays.ts';
import { driveExternal, type ExternalRun, missingTools, skipNote } from './drive.ts';
import { type Delay, type Fault, refusingPort, startTruthServer, type TruthOptions } from './truth-server.ts';
import { CORES, farFromTruth, loadOf, machineFloor, underWay, undisturbed, wrongRate } from './truth-server-drive.ts';

/** The misbehaviours that every driver is held against. */
const FAULTS = {
  500: { kind: 'status-500', from: 50, every: 10 },
  'no reply': { kind: 'no-reply', from: 50, every: 10 },
  'half a reply, then FIN': { kind: 'half-then-close', from: 50, every: 10 },
  'half a reply, then RST': { kind: 'half-then-reset', from: 50, every: 10 },
  'a Content-Length too large': { kind: 'length-too-long', from: 50, every: 50 },
  'a Content-Length too small': { kind: 'length-too-short', from: 50, every: 10 },
  'what is not HTTP': { kind: 'garbage', from: 50, every: 10 },
  'a hang now and then': { kind: 'hang', from: 50, every: 50 },
  'a hang': { kind: 'hang' },
  'closing every connection at once': { kind: 'close-on-accept' },
  'dying midway': { kind: 'die', from: 100 },
} satisfies Record<string, Fault>;
const CLOSING = {
  'closing with notice': { kind: 'close-keep-alive', after: 20, announced: true },
  'closing without notice': { kind: 'close-keep-alive', after: 20, announced: false },
} satisfies Record<string, Fault>;
type FaultName = keyof typeof FAULTS | keyof typeof CLOSING;

type Mode = 'fresh' | 'kept';

export interface Expectations {
  modes: readonly Mode[];
  /** Requests a window, or `null`: this driver only runs for a time. */
  counts: boolean;
  /** Misbehaviours that it cannot see, and says so in its `distortions`. Held to be true: one that it does see fails. */
  blind: Record<Mode, readonly FaultName[]>;
  /** Timeout of faulty loads, ms: as short as the driver can. */
  timeoutMs: number;
  /** What it adds to every latency beyond the 100 µs that all are allowed, and says so in its `distortions`. */
  slackUs?: number;
  load?: Partial<Load>;
}

/** Whether a reader of the measurement would take it for a good one. */
export function clean(measurement: Measurement): boolean {
  const foreign = Object.keys(measurement.statusCounts).some((status) => !status.startsWith('2'));
  const closed = (measurement.serverClosedConnections ?? 0) > 0;
  return errorTotal(measurement.errors) === 0 && !foreign && (measurement.mismatchedBodies ?? 0) === 0 && !closed;
}

/** As the report tells it. */
const allAnswered = (measurement: Measurement, load: Load): boolean =>
  unanswered.check({ cell: { load }, measurement } as MeasuredTrial) === null;

/** What became of a run: a clean measurement, a doubtful one, or the driver's refusal to give one. */
function verdictOf(run: ExternalRun, load: Load): 'clean' | 'doubtful' | 'refused' {
  try {
    const measurement = run.measurement();
    return clean(measurement) && allAnswered(measurement, load) ? 'clean' : 'doubtful';
  } catch (error) {
    if (error instanceof DriverError) return 'refused';
    throw error;
  }
}

/** Holds an external driver, with its real binary, against a server of known delays, counts and misbehaviours. */
export function holdAgainstTruth(driver: Driver, expected: Expectations): void {
  const server = (options: TruthOptions = {}, wrap: string[] = []) =>
    startTruthServer({ ...options, wrap, ...(CORES.server === undefined ? {} : { cpu: CORES.server }) });
  const load = (mode: Mode, requests: number, part: Partial<Load> = {}): Load =>
    loadOf({
      keepAlive: mode === 'kept',
      stop: expected.counts ? { kind: 'requests', requests } : { kind: 'duration', durationMs: 1_000 },
      ...expected.load,
      ...part,
    });

  describe.skipIf(missingTools(driver).length > 0)(`${driver.name} against the truth${skipNote(driver)}`, () => {
    describe.each(expected.modes)('%s connections', (mode) => {
      const ifCounting = expected.counts ? it : () => undefined;
      ifCounting('counts as the server does, for a number of requests', async () => {
        await using truth = await server();
        const run = await driveExternal(driver, load(mode, 1_000, { connections: 10 }), truth);
        const measurement = run.measurement();
        const stats = await truth.stats();
        expect(measurement.requests.completed).toBe(1_000);
        expect([stats.requests, stats.replies]).toEqual([1_000, 1_000]);
        // One more is opened by some that try the address before they begin.
        if (mode === 'fresh') expect(stats.connections - 1_000).toBeLessThanOrEqual(1);
        else expect(stats.connections).toBeLessThanOrEqual(11);
        expectGood(measurement, 10);
        if (measurement.bytes.body !== null) expect(measurement.bytes.body).toBe(1_000 * truth.body.length);
      });

      it('counts as the server does, for a time, up to what was in flight', { retry: 3 }, async () => {
        await using truth = await server({ delay: { kind: 'constant', ms: 1 } });
        const timed = load(mode, 0, { stop: { kind: 'duration', durationMs: 1_000 } });
        if (driver.refuses(timed) !== null) return;
        const measurement = (await driveExternal(driver, timed, truth)).measurement();
        const stats = await truth.stats();
        expect(measurement.requests.completed).toBeLessThanOrEqual(stats.requests);
        expect(stats.requests - measurement.requests.completed).toBeLessThanOrEqual(timed.connections);
        expect(measurement.requests.completed).toBeGreaterThan(100);
        // It ends when it is told to, or some tenths of a second later: by its own clock, not by ours.
        expect(Math.abs(measurement.windowUs - 1_000_000)).toBeLessThan(500_000);
        expect(wrongRate(measurement, stats)).toEqual([]);
        expectGood(measurement, timed.connections);
      });

      it.each(delaysFor(mode))('latency of a delay of %s', { retry: 3 }, async (_name, delay, requests) => {
        const wrap = await undisturbed();
        const generator = withThreads(wrap);
        await using truth = await server({ delay }, wrap);
        // One connection: with more, the requests' time in each other's way would have to be in the truth too.
        const connections = 1;
        await driveExternal(driver, load(mode, rehearsal(delay, requests), { connections }), {
          ...truth,
          wrap: generator,
        });
        const floor = await machineFloor(truth, mode, requests, wrap);
        await truth.reset();
        const run = await driveExternal(driver, load(mode, requests, { connections }), { ...truth, wrap: generator });
        const measurement = run.measurement();
        const slack = expected.slackUs ?? 0;
        const stats = await truth.stats();
        const allowed = floor.map((us) => us + slack);
        expect(farFromTruth(measurement, stats.delaysUs, allowed)).toEqual([]);
        expect(wrongRate(measurement, stats)).toEqual([]);
        expectGood(measurement, connections);
      });

      const ifNew = mode === 'kept' || WHOLE ? it : () => undefined;
      ifNew('latency of a stall of 1 s', { retry: 3 }, async () => {
        await using truth = await server({ delay: { kind: 'stall', afterMs: 200, stallMs: 1_000, baseMs: 1 } });
        const part: Partial<Load> = expected.counts ? {} : { stop: { kind: 'duration', durationMs: 2_000 } };
        const measurement = (await driveExternal(driver, load(mode, 1_200, part), truth)).measurement();
        const stats = await truth.stats();
        const { stalled, delaysUs } = stats;
        expect(stalled).toBeGreaterThan(0);
        const longest = Math.max(...delaysUs);
        expect(Math.abs((measurement.latency?.maxUs ?? 0) - longest)).toBeLessThan(longest * 0.02);
        // As many latencies as there were requests in the stall, none made up for those that could not start.
        expect(longestButSome(measurement, stalled)).toBeGreaterThan(900_000);
        expect(longestButSome(measurement, stalled + 1)).toBeLessThan(900_000);
        expect(wrongRate(measurement, stats)).toEqual([]);
        expectGood(measurement, 5);
      });

      const faults = { ...FAULTS, ...(mode === 'kept' ? CLOSING : {}) };
      // Side by side: their time is timeouts, and none of them is about how long anything takes.
      it.concurrent.each(Object.entries(faults) as [FaultName, Fault][])('%s', async (name, fault) => {
        await using truth = await server({ fault });
        // Where nothing is ever answered, each request lasts until it times out.
        const requests = name === 'a hang' ? 15 : 200;
        const asked = load(mode, requests, { timeoutMs: expected.timeoutMs });
        const verdict = verdictOf(await driveExternal(driver, asked, truth), asked);
        if (expected.blind[mode].includes(name)) expect(verdict).toBe('clean');
        else expect(verdict).not.toBe('clean');
      });

      it('refused connections', async () => {
        const target = { port: await refusingPort(), body: null };
        const asked = load(mode, 200, { timeoutMs: expected.timeoutMs });
        expect(verdictOf(await driveExternal(driver, asked, target), asked)).toBe('refused');
      });
    });
  });
}

/** Requests that make both sides warm: a slow server is by fewer, for the time that they take. */
const rehearsal = (delay: Delay, requests: number): number => {
  if (delay.kind === 'bimodal') return 60;
  return delay.kind === 'constant' && delay.ms >= 5 ? 20 : Math.min(300, requests);
};

/** The k-th longest latency in µs; 1 is the longest. */
function longestButSome(measurement: Measurement, k: number): number {
  const { latency } = measurement;
  if (latency === null) return Number.NaN;
  return decodeHistogram(latency.histogram).getValueAtPercentile((100 * (latency.count - k + 1)) / latency.count);
}

/** Nothing went wrong, and no more was under way than there were connections (Little's law; 2% for rounding). */
function expectGood(measurement: Measurement, connections: number): void {
  expect(errorTotal(measurement.errors)).toBe(0);
  expect(clean(measurement)).toBe(true);
  const answered = Object.values(measurement.statusCounts).reduce((sum, count) => sum + count, 0);
  expect(answered).toBe(measurement.requests.completed);
  expect(measurement.latency?.count).toBe(measurement.requests.completed);
  expect(underWay(measurement)).toBeLessThanOrEqual(connections * 1.02);
}
