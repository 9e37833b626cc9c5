import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delaysFor } from '../../../tests/support/delays.ts';
import { type Fault, refusingPort, startTruthServer, type TruthOptions } from '../../../tests/support/truth-server.ts';
import {
  CORES,
  compileEmbedded,
  type Driven,
  drive,
  farFromTruth,
  loadOf,
  machineFloor,
  underWay,
  undisturbed,
  wrongRate,
} from '../../../tests/support/truth-server-drive.ts';
import { DriverError } from '../../model/driver.ts';
import { errorTotal, type Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { loadcell } from './driver.ts';

let compiled: Awaited<ReturnType<typeof compileEmbedded>>;
let wrap: string[] = [];
beforeAll(async () => {
  wrap = await undisturbed();
  compiled = await compileEmbedded('loadcell');
});
afterAll(() => compiled.remove());

const server = (options: TruthOptions & { wrap?: string[] } = {}) =>
  startTruthServer({ ...options, ...(CORES.server === undefined ? {} : { cpu: CORES.server }) });

const run = (
  { port, body }: { port: number; body: string | null },
  part: Partial<Load>,
  wrap: string[] = [],
): Promise<Driven> => drive(loadcell, loadOf(part), { port, body, workers: compiled.workers, wrap });

const MODES: ['fresh' | 'kept', Partial<Load>][] = [
  ['fresh', { keepAlive: false }],
  ['kept', { keepAlive: true }],
];

describe.each(MODES)('counts, %s', (mode, part) => {
  it('are the server’s own for a number of requests', async () => {
    await using truth = await server();
    const requests = 1_003;
    const measurement = (
      await run(truth, { ...part, stop: { kind: 'requests', requests }, connections: 10 })
    ).measurement();
    const stats = await truth.stats();
    expect(measurement.requests).toEqual({
      sent: requests,
      completed: requests,
      inFlight: 0,
      missedStarts: null,
      oldestInFlightUs: 0,
    });
    expect(stats).toMatchObject({ requests, replies: requests, connections: mode === 'kept' ? 10 : requests });
    expect(measurement.connectionsOpened).toBe(stats.connections);
    // The server sees an old connection's end a little after the client has opened the next one.
    expect(stats.maxOpen).toBeLessThanOrEqual(20);
    expect(measurement.statusCounts).toEqual({ '200': requests });
    expect(measurement.perSecond?.reduce((sum, count) => sum + count)).toBe(requests);
    expect(measurement.bytes.body).toBe(requests * truth.body.length);
    expect(measurement).toMatchObject({
      mismatchedBodies: 0,
      replyBodyBytes: truth.body.length,
      serverHeader: 'truth',
    });
    expect(underWay(measurement)).toBeLessThanOrEqual(10);
    // A fresh connection is closed by the server first, as under ab: TIME_WAIT is on its side.
    if (mode === 'fresh') expect(stats).toMatchObject({ closedByServer: requests, closedByClient: 0, resets: 0 });
  });

  it('are the server’s own for a duration, up to what was in flight', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 1 } });
    const measurement = (await run(truth, { ...part, stop: { kind: 'duration', durationMs: 600 } })).measurement();
    const stats = await truth.stats();
    const { sent, completed, inFlight } = measurement.requests;
    expect(measurement.windowUs).toBe(600_000);
    expect(wrongRate(measurement, stats)).toEqual([]);
    expect(completed).toBeGreaterThan(0);
    expect(sent).toBe(completed + (inFlight as number));
    expect(inFlight).toBeLessThanOrEqual(5);
    expect(Math.abs((sent as number) - stats.requests)).toBeLessThanOrEqual(5);
    expect(stats.requests).toBeGreaterThanOrEqual(completed);
    expect(underWay(measurement)).toBeLessThanOrEqual(5);
    expect(errorTotal(measurement.errors)).toBe(0);
  });
});

describe.each(MODES)('latency against known delays, %s', (mode, part) => {
  it.each(delaysFor(mode))('%s', { retry: 2 }, async (_name, delay, requests) => {
    await using truth = await server({ delay, wrap });
    // One connection: with more, the requests' time in each other's way would have to be in the truth too.
    const connections = 1;
    // The server's compiler is warmed by as many requests as take half a second.
    await run(truth, { ...part, stop: { kind: 'duration', durationMs: 500 } });
    const floor = await machineFloor(truth, mode, requests, wrap);
    await truth.reset();
    const driven = await run(truth, { ...part, connections, stop: { kind: 'requests', requests } }, wrap);
    const stats = await truth.stats();
    expect(farFromTruth(driven.measurement(), stats.delaysUs, floor)).toEqual([]);
    expect(wrongRate(driven.measurement(), stats)).toEqual([]);
  });

  it('tells connect, waiting and total apart', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 5 } });
    const { phases, latency } = (await run(truth, { ...part })).measurement();
    expect(latency).toMatchObject({ kind: 'service-time', includesConnect: true, count: 200 });
    if (!phases?.connect || !phases.waiting || !phases.processing) throw new Error('rows are missing');
    expect(phases.waiting.minUs).toBeGreaterThanOrEqual(4_000);
    expect(phases.processing.minUs).toBeGreaterThanOrEqual(phases.waiting.minUs);
    expect(phases.connect.medianUs).toBeLessThan(4_000);
    expect(phases.total.maxUs).toBe(latency?.maxUs);
    expect(phases.percentiles.at(-1)).toEqual([100, phases.total.maxUs]);
  });
});

describe('an open loop', () => {
  const stall = { kind: 'stall', afterMs: 500, stallMs: 500, baseMs: 1 } as const;
  const rate = { perSecond: 400, arrivals: 'constant' } as const;

  it.each(MODES)('shows the whole tail of a stall, %s', { retry: 3 }, async (_mode, part) => {
    await using truth = await server({ delay: stall, wrap });
    const load = { ...part, rate, connections: 20, stop: { kind: 'duration', durationMs: 2_000 } } as const;
    const driven = await run(truth, load, wrap);
    const measurement = driven.measurement();
    expect(measurement.requests).toMatchObject({ sent: 800, completed: 800, inFlight: 0 });
    // Of 2 s of arrivals those in 0.5 s met the stall and waited for the rest of it: a quarter of all, evenly from 0 to 500 ms.
    // So the p-th percentile is 500 ms (1 - (100 - p) / 25) for p above 75.
    const at = new Map(measurement.phases?.percentiles);
    expect(measurement.latency?.kind).toBe('response-time');
    expect(Math.abs((measurement.latency?.maxUs ?? 0) - 500_000)).toBeLessThan(25_000);
    expect(Math.abs((at.get(99) ?? 0) - 480_000)).toBeLessThan(25_000);
    expect(Math.abs((at.get(90) ?? 0) - 300_000)).toBeLessThan(25_000);
    expect(at.get(66)).toBeLessThan(25_000);
    // Twenty connections were waiting; the other starts could not be made in time.
    expect(measurement.requests.missedStarts).toBeGreaterThan(150);
    expect((await truth.stats()).requests).toBe(800);
  });

  it('sends evenly, not in a burst each second', { retry: 2 }, async () => {
    await using truth = await server();
    await run(truth, { rate: { perSecond: 500, arrivals: 'constant' }, stop: { kind: 'requests', requests: 500 } });
    const { arrivalsUs } = await truth.stats();
    const late = arrivalsUs.filter((us, i) => Math.abs(us - i * 2_000) > 20_000);
    expect(arrivalsUs.length).toBe(500);
    expect(late.length).toBeLessThan(25);
  });

  it('counts what it could not start', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 50 } });
    const part: Partial<Load> = { connections: 1, rate: { perSecond: 200, arrivals: 'poisson' } };
    const measurement = (await run(truth, { ...part, stop: { kind: 'duration', durationMs: 1_000 } })).measurement();
    const { sent, missedStarts, completed } = measurement.requests;
    expect(completed).toBeLessThanOrEqual(21);
    expect((sent as number) + (missedStarts as number)).toBeGreaterThan(150);
    expect(measurement.latency?.maxUs).toBeGreaterThan(500_000);
  });
});

/** Whether a reader of the measurement would take it for a good one. */
function clean(measurement: Measurement): boolean {
  const foreign = Object.keys(measurement.statusCounts).some((status) => status !== '200');
  const closed = (measurement.serverClosedConnections ?? 0) > 0;
  return errorTotal(measurement.errors) === 0 && !foreign && measurement.mismatchedBodies === 0 && !closed;
}

describe.each(MODES)('a misbehaving server is never a good number, %s', (_mode, part) => {
  const faults: [string, Fault, (m: Measurement) => unknown][] = [
    ['500', { kind: 'status-500', from: 50, every: 10 }, (m) => m.statusCounts['500']],
    ['a wrong body', { kind: 'wrong-body', from: 50, every: 10 }, (m) => m.mismatchedBodies],
    ['no reply', { kind: 'no-reply', from: 50, every: 10 }, (m) => m.errors.reset],
    ['half a reply, then FIN', { kind: 'half-then-close', from: 50, every: 10 }, (m) => m.errors.reset],
    ['half a reply, then RST', { kind: 'half-then-reset', from: 50, every: 10 }, (m) => m.errors.reset],
    ['a Content-Length too small', { kind: 'length-too-short', from: 50, every: 10 }, (m) => m.errors.other],
    ['what is not HTTP', { kind: 'garbage', from: 50, every: 10 }, (m) => m.errors.other],
    ['a hang now and then', { kind: 'hang', from: 50, every: 50 }, (m) => m.errors.timeout],
  ];
  it.each(faults)('%s', async (_name, fault, count) => {
    await using truth = await server({ fault });
    const measurement = (await run(truth, { ...part, timeoutMs: 150 })).measurement();
    const stats = await truth.stats();
    expect(clean(measurement)).toBe(false);
    expect(count(measurement)).toBe(stats.faults);
    const { sent, completed, inFlight } = measurement.requests;
    expect([sent, inFlight]).toEqual([200, 0]);
    expect(completed + errorTotal(measurement.errors)).toBe(200);
    expect(stats.requests).toBe(200);
  });

  it('a Content-Length too large', async () => {
    await using truth = await server({ fault: { kind: 'length-too-long', from: 50, every: 50 } });
    const { errors } = (await run(truth, { ...part, timeoutMs: 150 })).measurement();
    expect(errors.reset + errors.timeout).toBe((await truth.stats()).faults);
  });

  it('refused connections', async () => {
    const driven = await run({ port: await refusingPort(), body: null }, part);
    expect(driven.measurement).toThrow(
      expect.objectContaining({ code: 'nothing-measured', completed: 0 }) as DriverError,
    );
    expect(driven.measurement).toThrow(/45 connect.*ECONNREFUSED/);
  });

  it('a server that hangs: it ends by itself', async () => {
    await using truth = await server({ fault: { kind: 'hang' } });
    const driven = await run(truth, { ...part, timeoutMs: 100, stop: { kind: 'requests', requests: 100_000 } });
    expect(driven.output.timedOut).toBe(false);
    expect(driven.measurement).toThrow(expect.objectContaining({ code: 'nothing-measured' }) as DriverError);
    expect(driven.measurement).toThrow(/timeout/);
  });

  it('a server that dies midway', async () => {
    await using truth = await server({ fault: { kind: 'die', from: 100 } });
    const driven = await run(truth, { ...part, stop: { kind: 'requests', requests: 100_000 } });
    expect(driven.measurement).toThrow(DriverError);
    expect(driven.measurement).toThrow(
      expect.objectContaining({ code: 'generator-aborted', completed: expect.any(Number) }) as DriverError,
    );
  });
});

describe('a server that closes kept connections', () => {
  it.each([true, false])('is counted, and its latencies stay right (announced: %s)', async (announced) => {
    await using truth = await server({
      fault: { kind: 'close-keep-alive', after: 20, announced },
      delay: { kind: 'constant', ms: 2 },
    });
    const measurement = (await run(truth, {})).measurement();
    const stats = await truth.stats();
    // The last closes of all may come after the window.
    expect(measurement.serverClosedConnections).toBeGreaterThan(0);
    expect(stats.faults - (measurement.serverClosedConnections as number)).toBeLessThanOrEqual(5);
    expect(measurement.connectionsOpened).toBe(stats.connections);
    expect(clean(measurement)).toBe(false);
    expect(underWay(measurement)).toBeLessThanOrEqual(5);
    // An unannounced close can meet a request that is on its way: an error, never a reply of another request.
    expect(measurement.requests.completed + measurement.errors.reset).toBe(200);
    expect(stats.replies).toBe(measurement.requests.completed);
  });
});

describe('replies of every framing', () => {
  it.each(
    MODES.flatMap(([mode, part]) =>
      (['length', 'chunked', 'eof'] as const).map((framing) => [mode, framing, part] as const),
    ),
  )('%s, %s', async (_mode, framing, part) => {
    await using truth = await server({ framing });
    const measurement = (await run(truth, part)).measurement();
    expect(measurement.requests.completed).toBe(200);
    expect(measurement).toMatchObject({ mismatchedBodies: 0, bytes: { body: 200 * truth.body.length } });
    expect(errorTotal(measurement.errors)).toBe(0);
    expect((await truth.stats()).requests).toBe(200);
  });

  it('interim replies, HEAD and request bodies', async () => {
    await using truth = await server({ fault: { kind: 'early-hints' } });
    for (const part of [{}, { method: 'HEAD' }, { method: 'POST', body: 'x'.repeat(5_000) }]) {
      await truth.reset();
      const measurement = (await run(truth, part)).measurement();
      expect(measurement.statusCounts).toEqual({ '200': 200 });
      expect(clean(measurement)).toBe(true);
      expect((await truth.stats()).requests).toBe(200);
    }
  });
});

describe('the generator’s own machine', () => {
  it('names the file limit', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 5 } });
    const wrap = ['prlimit', '--nofile=40:40', '--'];
    const target = { port: truth.port, body: truth.body, workers: compiled.workers, wrap };
    const measurement = (
      await drive(loadcell, loadOf({ connections: 60, stop: { kind: 'requests', requests: 600 } }), target)
    ).measurement();
    expect(measurement.errors.resource).toBeGreaterThan(0);
    expect(measurement.notes.join()).toContain('EMFILE');
  });
});
