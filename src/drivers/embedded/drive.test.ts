import { describe, expect, it } from 'vitest';
import { driveContextOf, loadOf } from '../../../tests/support/truth-server-drive.ts';
import type { DriveOutput, DriverError } from '../../model/driver.ts';
import { autocannon } from '../autocannon/driver.ts';
import { loadcell } from '../loadcell/driver.ts';
import { describeErrors, embeddedCommand, embeddedMeasurement } from './drive.ts';
import { errorKind, isHopeless } from './errors.ts';
import type { WorkerOrder, WorkerReport } from './protocol.ts';

const context = driveContextOf({
  folder: '/trial',
  workers: { loadcell: '/run/loadcell.mjs' },
  node: '/usr/bin/node',
  version: '0.1.0',
  expectedBody: 'hi',
  seed: 42,
});

const report: WorkerReport = {
  requests: { sent: 3, completed: 2, inFlight: 0, missedStarts: null },
  windowUs: 1_000,
  bytes: { received: 200, body: 4 },
  statusCounts: { '200': 2 },
  errors: { connect: 0, reset: 1, timeout: 0, resource: 0, other: 0 },
  connectionsOpened: 3,
  serverClosedConnections: 1,
  idleSpinUs: 0,
  latency: null,
  phases: null,
  perSecond: [2],
  replyBodyBytes: 2,
  serverHeader: null,
  mismatchedBodies: 0,
  notes: [],
  failure: null,
};

const output = (part: Partial<DriveOutput>): DriveOutput => ({
  code: 0,
  signal: null,
  stdout: '',
  stderr: '',
  files: {},
  wallUs: 2_000,
  timedOut: false,
  ...part,
});

const parse = (part: Partial<DriveOutput>) => () => embeddedMeasurement('loadcell', output(part), loadOf({}), context);
const withReport = (part: Partial<WorkerReport>) => parse({ stdout: JSON.stringify({ ...report, ...part }) });
const failsWith = (code: string, completed: number | null): DriverError =>
  expect.objectContaining({ name: 'DriverError', code, completed }) as DriverError;

describe('the command', () => {
  it('is node, the worker, and the order on stdin', () => {
    const load = loadOf({ keepAlive: false });
    const command = embeddedCommand('loadcell', load, context);
    expect(command).toMatchObject({ argv: ['/usr/bin/node', '/run/loadcell.mjs'], readyLine: 'ready', files: {} });
    const order: WorkerOrder = { address: '127.0.0.1', port: 8080, expectedBody: 'hi', seed: 42, load };
    expect(JSON.parse(command.stdin ?? '')).toEqual(order);
  });
});

describe('the measurement', () => {
  it('is the report, with whose it is', () => {
    const measurement = withReport({})();
    expect(measurement).toMatchObject({
      driver: { name: 'loadcell', version: '0.1.0' },
      argv: ['/usr/bin/node', '/run/loadcell.mjs'],
      requests: report.requests,
      serverClosedConnections: 1,
    });
    expect(measurement).not.toHaveProperty('failure');
  });

  it('ignores that it was ready, and nothing else', () => {
    const text = JSON.stringify(report);
    expect(parse({ stdout: `ready\n${text}\n` })()).toMatchObject({ requests: report.requests });
    for (const stdout of [`ready ${text}`, `ready\nready\n${text}`, `${text}\nready\n`, `steady\n${text}`]) {
      expect(parse({ stdout })).toThrow(failsWith('output-unreadable', null));
    }
  });

  it('is none where the generator gave none', () => {
    expect(parse({ timedOut: true, code: null, signal: 'SIGKILL' })).toThrow(failsWith('generator-deadline', null));
    expect(parse({ code: null, signal: 'SIGSEGV' })).toThrow(failsWith('generator-aborted', null));
    expect(parse({ code: 1, stderr: 'RangeError: out of memory' })).toThrow(/exit code 1: RangeError/);
    for (const stdout of ['', 'ready\n', '{"requests":', '{}', 'null', '[1]']) {
      expect(parse({ stdout })).toThrow(failsWith('output-unreadable', null));
    }
  });

  it('is none where nothing was completed or the worker says that it cannot be trusted', () => {
    const requests = { sent: 3, completed: 0, inFlight: 0, missedStarts: null };
    const failure = { code: 'server-closed-connections', message: 'the server closed' };
    expect(withReport({ requests })).toThrow(failsWith('nothing-measured', 0));
    expect(withReport({ requests })).toThrow(/1 reset/);
    expect(withReport({ requests, failure })).toThrow(/the server closed/);
    expect(withReport({ failure })).toThrow(failsWith('server-closed-connections', 2));
  });

  it('describes errors by kind', () => {
    expect(describeErrors({ errors: { connect: 1, reset: 0, timeout: 2, resource: 0, other: 0 } })).toBe(
      '1 connect, 2 timeout',
    );
    expect(describeErrors({ errors: { connect: 0, reset: 0, timeout: 0, resource: 0, other: 0 } })).toBe('no errors');
  });
});

describe('error kinds', () => {
  it.each([
    ['ECONNREFUSED', false, 'connect'],
    ['ECONNRESET', false, 'connect'],
    ['ECONNRESET', true, 'reset'],
    ['EPIPE', true, 'reset'],
    ['ETIMEDOUT', false, 'timeout'],
    ['EMFILE', false, 'resource'],
    ['EADDRNOTAVAIL', false, 'resource'],
    ['EWHATEVER', true, 'other'],
  ] as const)('%s, connected %s: %s', (code, connected, kind) => {
    expect(errorKind(code, connected)).toBe(kind);
  });

  it('gives a server up in bounded time, and a stumbling one never', () => {
    const load = loadOf({ connections: 10, timeoutMs: 1_000 });
    expect(isHopeless(load, 59, 0)).toBe(false);
    expect(isHopeless(load, 60, 0)).toBe(true);
    expect(isHopeless(load, 5, 2e6)).toBe(true);
    expect(isHopeless(load, 4, 9e6)).toBe(false);
  });
});

describe('what the drivers refuse', () => {
  it('names a driver that can', () => {
    expect(loadcell.refuses(loadOf({}))).toBeNull();
    expect(loadcell.refuses(loadOf({ keepAlive: false, rate: { perSecond: 1, arrivals: 'poisson' } }))).toBeNull();
    expect(loadcell.refuses(loadOf({ http: '2' }))).toContain('h2load');
    expect(loadcell.refuses(loadOf({ pipelining: 2 }))).toContain('wrk');
    expect(autocannon.refuses(loadOf({}))).toBeNull();
    expect(autocannon.refuses(loadOf({ pipelining: 4, stop: { kind: 'duration', durationMs: 1_000 } }))).toBeNull();
    for (const part of [
      { keepAlive: false },
      { method: 'HEAD' },
      { rate: { perSecond: 1, arrivals: 'constant' as const } },
      { connections: 300 },
    ]) {
      expect(autocannon.refuses(loadOf(part))).toContain('loadcell');
    }
    expect(autocannon.refuses(loadOf({ http: '2' }))).toContain('h2load');
    expect(autocannon.refuses(loadOf({ pipelining: 4 }))).toContain('duration');
  });
});
