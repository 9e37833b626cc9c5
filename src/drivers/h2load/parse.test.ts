import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf, outputOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import { DriverError } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { parse } from './parse.ts';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/h2load-${name}`, import.meta.url), 'utf8');
const counted = (requests: number, part: Partial<Load> = {}): Load =>
  sampleLoad({ stop: { kind: 'requests', requests }, connections: 2, ...part });
const timed = (durationMs: number): Load => sampleLoad({ stop: { kind: 'duration', durationMs }, connections: 2 });

function measurementOf(name: string, load: Load, expectedBody: string | null = null, wallUs = 4_000_000): Measurement {
  const output = outputOf({
    stdout: fixture(`${name}.stdout.txt`),
    files: { log: fixture(`${name}.log.tsv`) },
    wallUs,
  });
  return parse(output, load, contextOf({ expectedBody }));
}

/** The driver's error for an output; fails when there is none. */
function errorOf(stdout: string, log = '', load = counted(20)): DriverError {
  try {
    parse(outputOf({ stdout, files: { log } }), load, contextOf());
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was taken for a measurement');
}

describe('h2load’s samples', () => {
  it('300 requests: counts, bytes, µs, and a window finer than it prints', () => {
    const measurement = measurementOf('n300', counted(300, { connections: 4 }), 'Hello World!');
    expect(measurement).toMatchObject({
      requests: { sent: 300, completed: 300, inFlight: 0, missedStarts: null },
      bytes: { received: 74_100, body: 3_600 },
      statusCounts: { 200: 300 },
      errors: { connect: 0, reset: 0, timeout: 0, resource: 0, other: 0 },
      replyBodyBytes: 12,
      mismatchedBodies: 0,
      latency: { kind: 'service-time', count: 300, minUs: 26, maxUs: 3_095, resolutionUs: 1, includesConnect: false },
    });
    // "18.86ms, 15905.84 req/s": 300 / 15,905.84 s.
    expect(measurement.windowUs).toBeCloseTo(18_861.0, 0);
    // It prints 217us, its own mean truncated.
    expect(Math.floor(measurement.latency?.meanUs ?? 0)).toBe(217);
    expect(measurement.phases).toMatchObject({ connect: null, processing: null, waiting: null });
    expect(measurement.perSecond).toEqual([300]);
  });

  it('bodies of another length than expected', () => {
    expect(measurementOf('n300', counted(300), 'Hello, World!').mismatchedBodies).toBeGreaterThan(0);
  });

  it('a timed run: the time asked for, a series, what was under way', () => {
    const measurement = measurementOf('rps', timed(2_000));
    expect(measurement.requests).toMatchObject({ sent: 82, completed: 80, inFlight: 2 });
    expect(measurement.windowUs).toBe(2_000_000);
    expect(measurement.perSecond).toEqual([40, 40]);
  });

  it('a server that takes 20 ms', () => {
    const measurement = measurementOf('D2-sleep', timed(2_000));
    expect(measurement.requests.completed).toBe(192);
    expect(measurement.latency).toMatchObject({ count: 192, maxUs: 23_961 });
    expect(Math.round(measurement.latency?.meanUs ?? 0)).toBe(20_814);
  });

  it('500 from every request', () => {
    const measurement = measurementOf('500', counted(20));
    expect(measurement.statusCounts).toEqual({ 500: 20 });
    expect(measurement.errors.other + measurement.errors.reset).toBe(0);
  });
});

describe('h2load’s failures, all with exit code 0', () => {
  it('refused connections', () => {
    expect(errorOf(fixture('refused.stdout.txt'))).toMatchObject({
      code: 'nothing-measured',
      message: 'no request got a complete reply (h2load tells of 20 connect)',
    });
  });

  it('connections closed without a reply: 2 lost, 18 never sent', () => {
    expect(errorOf(fixture('err.stdout.txt')).message).toBe(
      'no request got a complete reply (h2load tells of 2 reset, 18 other)',
    );
  });

  it('no report, as of a run that was ended', () => {
    expect(errorOf(fixture('D-close.stdout.txt')).code).toBe('output-unreadable');
  });

  it('a log that does not fit the report', () => {
    const stdout = fixture('n300.stdout.txt');
    const log = fixture('n300.log.tsv');
    expect(errorOf(stdout, log + log, counted(300)).message).toContain('600 rows in its log for 300 requests');
    expect(errorOf(stdout, log.slice(0, -3), counted(300)).code).toBe('output-unreadable');
    expect(errorOf(stdout, '', counted(300)).code).toBe('output-unreadable');
  });

  it('another protocol than asked for', () => {
    const load = counted(300, { http: '2' });
    expect(errorOf(fixture('n300.stdout.txt'), fixture('n300.log.tsv'), load).message).toContain(
      'http/1.1, not HTTP/2',
    );
  });

  it('a deadline and a signal', () => {
    const stdout = fixture('D-close.stdout.txt');
    const end = (part: object) => () => parse(outputOf({ stdout, ...part }), counted(20), contextOf());
    expect(end({ timedOut: true, code: null, signal: 'SIGKILL' })).toThrow('within its deadline');
    expect(end({ code: null, signal: 'SIGSEGV' })).toThrow('h2load ended with signal SIGSEGV');
  });
});
