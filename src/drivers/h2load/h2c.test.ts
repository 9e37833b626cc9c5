import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { delaysFor } from '../../../tests/support/delays.ts';
import { driveExternal, missingTools, skipNote } from '../../../tests/support/drive.ts';
import { clean } from '../../../tests/support/external-suite.ts';
import { type Fault, refusingPort, startTruthServer, type TruthOptions } from '../../../tests/support/truth-server.ts';
import {
  CORES,
  farFromTruth,
  loadOf,
  machineFloor,
  underWay,
  undisturbed,
} from '../../../tests/support/truth-server-drive.ts';
import { withThreads } from '../../calibrate/truth/ahead.ts';
import { DriverError } from '../../model/driver.ts';
import { errorTotal } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { h2load } from './driver.ts';

const server = (options: TruthOptions = {}, part: { http?: '1.1' | '2'; wrap?: string[] } = {}) =>
  startTruthServer({ http: '2', ...part, ...options, ...(CORES.server === undefined ? {} : { cpu: CORES.server }) });
const h2 = (requests: number, part: Partial<Load> = {}): Load =>
  loadOf({ http: '2', stop: { kind: 'requests', requests }, ...part });

describe.skipIf(missingTools(h2load).length > 0)(`h2load over cleartext HTTP/2${skipNote(h2load)}`, () => {
  it.each([1, 10])('counts as the server does, %i streams on a connection', async (pipelining) => {
    await using truth = await server();
    const load = h2(1_000, { connections: 10, pipelining });
    const measurement = (await driveExternal(h2load, load, truth)).measurement();
    const stats = await truth.stats();
    expect([stats.requests, stats.replies, stats.connections]).toEqual([1_000, 1_000, 10]);
    expect(measurement).toMatchObject({
      requests: { sent: 1_000, completed: 1_000, inFlight: 0 },
      bytes: { body: 1_000 * truth.body.length },
      statusCounts: { 200: 1_000 },
      mismatchedBodies: 0,
    });
    expect(clean(measurement)).toBe(true);
    expect(underWay(measurement)).toBeLessThanOrEqual(10 * pipelining * 1.02);
  });

  it('counts as the server does, for a time, up to what was in flight', async () => {
    await using truth = await server({ delay: { kind: 'constant', ms: 1 } });
    const load = h2(0, { stop: { kind: 'duration', durationMs: 1_000 }, pipelining: 2 });
    const measurement = (await driveExternal(h2load, load, truth)).measurement();
    const { requests } = await truth.stats();
    const { completed } = measurement.requests;
    expect(completed).toBeGreaterThan(100);
    expect(completed).toBeLessThanOrEqual(requests);
    expect(requests - completed).toBeLessThanOrEqual(load.connections * load.pipelining);
    expect(clean(measurement)).toBe(true);
  });

  it('is understood by a server that is not ours', async () => {
    let requests = 0;
    const other = createServer((_request, response) => {
      requests += 1;
      response.end('Hello, World!\n');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const load = h2(300, { method: 'POST', body: 'x'.repeat(100), pipelining: 4 });
      const measurement = (await driveExternal(h2load, load, { port, body: 'Hello, World!\n' })).measurement();
      expect([requests, measurement.requests.completed, clean(measurement)]).toEqual([300, 300, true]);
    } finally {
      other.close();
    }
  });

  it.each(delaysFor('kept'))('latency of a delay of %s', { retry: 3 }, async (_name, delay, requests) => {
    const wrap = await undisturbed();
    const generator = withThreads(wrap);
    await using truth = await server({ delay }, { wrap });
    // What the machine adds is seen by the bare client, which speaks HTTP/1.1: to the other truth server.
    await using plain = await server({ delay }, { wrap, http: '1.1' });
    await driveExternal(h2load, h2(delay.kind === 'none' ? 300 : 60, { connections: 1 }), {
      ...truth,
      wrap: generator,
    });
    const floor = await machineFloor(plain, 'kept', requests, wrap);
    await truth.reset();
    const run = await driveExternal(h2load, h2(requests, { connections: 1 }), { ...truth, wrap: generator });
    expect(farFromTruth(run.measurement(), (await truth.stats()).delaysUs, floor)).toEqual([]);
  });

  // Side by side: none of them is about how long anything takes.
  it.concurrent.each([
    ['500', { kind: 'status-500', from: 50, every: 10 }],
    ['no reply', { kind: 'no-reply', from: 50, every: 10 }],
    ['half a reply, then FIN', { kind: 'half-then-close', from: 50, every: 10 }],
    ['half a reply, then RST_STREAM', { kind: 'half-then-reset', from: 50, every: 10 }],
    ['a content-length too large', { kind: 'length-too-long', from: 50, every: 10 }],
    ['a content-length too small', { kind: 'length-too-short', from: 50, every: 10 }],
    ['what is not HTTP/2', { kind: 'garbage', from: 50, every: 10 }],
    ['a hang now and then', { kind: 'hang', from: 50, every: 50 }],
    ['a hang', { kind: 'hang' }],
    ['closing every connection at once', { kind: 'close-on-accept' }],
    ['closing with GOAWAY', { kind: 'close-keep-alive', after: 20, announced: true }],
    ['closing without notice', { kind: 'close-keep-alive', after: 20, announced: false }],
    ['dying midway', { kind: 'die', from: 100 }],
  ] as [string, Fault][])('%s is not taken for a good measurement', async (_name, fault) => {
    await using truth = await server({ fault });
    expect(verdictOf(await driveExternal(h2load, h2(200, { timeoutMs: 500 }), truth))).not.toBe('clean');
  });

  it('resets of streams are errors, each once', async () => {
    await using truth = await server({ fault: { kind: 'half-then-reset', from: 50, every: 10 } });
    const measurement = (await driveExternal(h2load, h2(200), truth)).measurement();
    expect([measurement.requests.completed, errorTotal(measurement.errors)]).toEqual([185, 15]);
  });

  it('a server of HTTP/1.1 and refused connections are no measurement', async () => {
    await using truth = await server({}, { http: '1.1' });
    expect(verdictOf(await driveExternal(h2load, h2(200, { timeoutMs: 500 }), truth))).toBe('refused');
    const nobody = { port: await refusingPort(), body: null };
    expect(verdictOf(await driveExternal(h2load, h2(200, { timeoutMs: 500 }), nobody))).toBe('refused');
  });
});

/** A clean measurement, a doubtful one, or the driver's refusal to give one. */
function verdictOf(run: Awaited<ReturnType<typeof driveExternal>>): 'clean' | 'doubtful' | 'refused' {
  try {
    return clean(run.measurement()) ? 'clean' : 'doubtful';
  } catch (error) {
    if (error instanceof DriverError) return 'refused';
    throw error;
  }
}
