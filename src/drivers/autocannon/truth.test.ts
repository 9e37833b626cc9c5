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
import { autocannon } from './driver.ts';

let compiled: Awaited<ReturnType<typeof compileEmbedded>>;
let wrap: string[] = [];
beforeAll(async () => {
  wrap = await undisturbed();
  compiled = await compileEmbedded('autocannon');
});
afterAll(() => compiled.remove());

const server = (options: TruthOptions & { wrap?: string[] } = {}) =>
  startTruthServer({ ...options, ...(CORES.server === undefined ? {} : { cpu: CORES.server }) });

const run = (
  { port, body }: { port: number; body: string | null },
  part: Partial<Load>,
  wrap: string[] = [],
): Promise<Driven> => drive(autocannon, loadOf(part), { port, body, workers: compiled.workers, wrap });

const failsWith = (code: string): DriverError => expect.objectContaining({ code }) as DriverError;

describe('counts', () => {
  it('are the server’s own for a number of requests', async () => {
    await using truth = await server();
    const requests = 1_003;
    const measurement = (await run(truth, { stop: { kind: 'requests', requests }, connections: 10 })).measurement();
    const stats = await truth.stats();
    expect(measurement.requests).toEqual({ sent: requests, completed: requests, inFlight: 0, missedStarts: null });
    expect(stats).toMatchObject({ requests, replies: requests, connections: 10 });
    expect(measurement).toMatchObject({
      connectionsOpened: 10,
      serverClosedConnections: 0,
      statusCounts: { '200': requests },
      mismatchedBodies: 0,
      replyBodyBytes: truth.body.length,
      serverHeader: 'truth',
    });
    expect(measurement.bytes.body).toBe(requests * truth.body.length);
    expect(measurement.perSecond?.reduce((sum, count) => sum + count)).toBe(requests);
    expect(measurement.latency?.count).toBe(requests);
    expect(underWay(measurement)).toBeLessThanOrEqual(10);
  });

  it.each([1, 4])(
    'are the server’s own for a duration, up to what was in flight (pipelining %i)',
    async (pipelining) => {
      await using truth = await server({ delay: { kind: 'constant', ms: 1 } });
      const load = { pipelining, stop: { kind: 'duration', durationMs: 600 } } as const;
      const measurement = (await run(truth, load)).measurement();
      const stats = await truth.stats();
      const { sent, completed, inFlight } = measurement.requests;
      expect(measurement.windowUs).toBe(600_000);
      expect(wrongRate(measurement, stats)).toEqual([]);
      expect(completed).toBeGreaterThan(0);
      expect(sent).toBe(completed + (inFlight as number));
      expect(inFlight).toBeLessThanOrEqual(5 * pipelining);
      expect(Math.abs((sent as number) - stats.requests)).toBeLessThanOrEqual(5 * pipelining);
      expect(underWay(measurement)).toBeLessThanOrEqual(5 * pipelining);
      expect(errorTotal(measurement.errors)).toBe(0);
      expect(stats.connections).toBe(5);
    },
  );
});

describe('latency against known delays', () => {
  it.each(delaysFor('kept'))('%s', { retry: 2 }, async (_name, delay, requests) => {
    await using truth = await server({ delay, wrap });
    await run(truth, { stop: { kind: 'duration', durationMs: 500 } });
    const floor = await machineFloor(truth, 'kept', requests, wrap);
    await truth.reset();
    const driven = await run(truth, { connections: 1, stop: { kind: 'requests', requests } }, wrap);
    const measurement = driven.measurement();
    expect(measurement.latency).toMatchObject({ kind: 'service-time', count: requests });
    const stats = await truth.stats();
    expect(farFromTruth(measurement, stats.delaysUs, floor)).toEqual([]);
    expect(wrongRate(measurement, stats)).toEqual([]);
  });

  it('has the total alone in its table', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 5 } });
    const { phases, latency } = (await run(truth, {})).measurement();
    expect(phases).toMatchObject({ connect: null, processing: null, waiting: null });
    expect(phases?.total.minUs).toBeGreaterThanOrEqual(4_000);
    expect(phases?.total.maxUs).toBe(latency?.maxUs);
  });
});

/** Whether a reader of the measurement would take it for a good one. */
function clean(measurement: Measurement): boolean {
  const foreign = Object.keys(measurement.statusCounts).some((status) => status !== '200');
  return errorTotal(measurement.errors) === 0 && !foreign && measurement.mismatchedBodies === 0;
}

describe('a misbehaving server is never a good number', () => {
  it.each([
    ['500', { kind: 'status-500', from: 50, every: 10 }, (m) => m.statusCounts['500']],
    ['a wrong body', { kind: 'wrong-body', from: 50, every: 10 }, (m) => m.mismatchedBodies],
    ['a hang now and then', { kind: 'hang', from: 50, every: 50 }, (m) => m.errors.timeout],
    ['a Content-Length too large', { kind: 'length-too-long', from: 50, every: 50 }, (m) => m.errors.timeout],
  ] as [string, Fault, (m: Measurement) => number][])('%s is counted', async (_name, fault, count) => {
    await using truth = await server({ fault });
    const measurement = (await run(truth, { timeoutMs: 300 })).measurement();
    expect(clean(measurement)).toBe(false);
    expect(count(measurement)).toBe((await truth.stats()).faults);
    expect(measurement.requests.completed + errorTotal(measurement.errors)).toBe(200);
  });

  it.each([
    ['closes kept connections, announced', { kind: 'close-keep-alive', after: 20, announced: true }],
    ['closes kept connections, unannounced', { kind: 'close-keep-alive', after: 20, announced: false }],
    ['sends no reply', { kind: 'no-reply', from: 50 }],
    ['sends half a reply, then FIN', { kind: 'half-then-close', from: 50 }],
    ['sends half a reply, then RST', { kind: 'half-then-reset', from: 50 }],
    ['dies', { kind: 'die', from: 50 }],
  ] as [string, Fault][])('a server that %s fails the trial', async (_name, fault) => {
    await using truth = await server({ fault });
    const driven = await run(truth, {});
    expect(driven.output.timedOut).toBe(false);
    expect(driven.measurement).toThrow(failsWith('server-closed-connections'));
    expect(driven.measurement).toThrow(expect.objectContaining({ completed: expect.any(Number) }) as DriverError);
  });

  it.each([
    ['a Content-Length too small', { kind: 'length-too-short', from: 50 }],
    ['what is not HTTP', { kind: 'garbage', from: 50 }],
  ] as [string, Fault][])('%s', async (_name, fault) => {
    await using truth = await server({ fault });
    const driven = await run(truth, { timeoutMs: 300 });
    expect(driven.output.timedOut).toBe(false);
    expect(() => {
      if (!clean(driven.measurement())) throw new Error('marked');
    }).toThrow();
  });

  it('interim replies', async () => {
    await using truth = await server({ fault: { kind: 'early-hints', from: 50 } });
    expect((await run(truth, {})).measurement).toThrow(failsWith('unsupported-reply'));
  });

  it('refused connections, without hammering', async () => {
    const driven = await run({ port: await refusingPort(), body: null }, {});
    expect(driven.measurement).toThrow(failsWith('nothing-measured'));
    expect(driven.measurement).toThrow(/45 connect/);
  });

  it('a server that hangs: it ends by itself', async () => {
    await using truth = await server({ fault: { kind: 'hang' } });
    const driven = await run(truth, { timeoutMs: 100, stop: { kind: 'requests', requests: 100_000 } });
    expect(driven.output.timedOut).toBe(false);
    expect(driven.measurement).toThrow(/timeout/);
  });

  it('a server that ends its replies with the connection', async () => {
    await using truth = await server({ framing: 'eof' });
    expect((await run(truth, {})).measurement).toThrow(DriverError);
  });
});

describe('what else it can be asked', () => {
  it('reads chunked replies and sends bodies', async () => {
    await using truth = await server({ framing: 'chunked' });
    const measurement = (
      await run(truth, { method: 'POST', body: 'x'.repeat(5_000), headers: { 'x-a': 'b' } })
    ).measurement();
    expect(clean(measurement)).toBe(true);
    expect(measurement.requests.completed).toBe(200);
    expect((await truth.stats()).requests).toBe(200);
  });
});
