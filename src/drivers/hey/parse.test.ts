import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf, outputOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import { DriverError } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { parse } from './parse.ts';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/hey-${name}`, import.meta.url), 'utf8');
const BODY = 'Hello, World!\n';

const parsed = (stdout: string, part: Partial<Load> = {}, expectedBody: string | null = BODY): Measurement =>
  parse(outputOf({ stdout }), sampleLoad({ connections: 5, ...part }), contextOf({ expectedBody }));
const measurementOf = (name: string, part: Partial<Load> = {}): Measurement => parsed(fixture(`${name}.tsv`), part);

function errorOf(stdout: string, end: object = {}): DriverError {
  try {
    parse(outputOf({ stdout, ...end }), sampleLoad({ connections: 5 }), contextOf());
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was taken for a measurement');
}

describe('hey’s samples', () => {
  it('200 requests over kept connections', () => {
    const measurement = measurementOf('kept');
    expect(measurement).toMatchObject({
      requests: { sent: 200, completed: 200, inFlight: 0 },
      windowUs: 66_508.608,
      statusCounts: { 200: 200 },
      errors: { connect: 0, reset: 0, timeout: 0, resource: 0, other: 0 },
      connectionsOpened: 5,
      serverClosedConnections: 0,
      mismatchedBodies: 0,
      replyBodyBytes: 14,
      perSecond: [200],
      latency: { kind: 'service-time', count: 200, minUs: 59, maxUs: 9_330, includesConnect: false },
    });
    expect(measurement.latency?.meanUs).toBeCloseTo(1_428.5, 0);
    expect(measurement.phases?.connect?.medianUs).toBe(0);
  });

  it('fresh connections, with the time to connect', () => {
    const measurement = measurementOf('fresh', { keepAlive: false });
    expect(measurement).toMatchObject({
      connectionsOpened: 50,
      serverClosedConnections: null,
      latency: { count: 50, minUs: 306, maxUs: 33_250, includesConnect: true },
    });
    expect(measurement.phases?.connect?.minUs).toBeGreaterThan(0);
  });

  it('a timed run, in seconds', () => {
    const { perSecond, windowUs, requests } = measurementOf('time');
    expect(windowUs).toBeCloseTo(1_513_662.179, 3);
    expect(perSecond?.length).toBe(2);
    expect(perSecond?.reduce((sum, count) => sum + count)).toBe(requests.completed);
  });

  it('connections that the server closed', () => {
    expect(measurementOf('closing')).toMatchObject({ connectionsOpened: 10, serverClosedConnections: 5 });
  });

  it('bodies of another announced length', () => {
    expect(parsed(fixture('kept.tsv'), {}, `${BODY}!`).mismatchedBodies).toBe(14);
  });
});

describe('hey’s failures, all with exit code 0', () => {
  it.each([
    ['500', { completed: 40 }, {}],
    ['no-reply', { completed: 36 }, { reset: 4 }],
    ['garbage', { completed: 36 }, { other: 4 }],
    ['hang', { completed: 36 }, { timeout: 4 }],
  ])('%s', (name, requests, errors) => {
    expect(measurementOf(name, { keepAlive: false })).toMatchObject({ requests, errors });
  });

  it('statuses and reasons', () => {
    expect(measurementOf('500').statusCounts).toEqual({ 200: 31, 500: 9 });
    expect(measurementOf('hang').notes.join()).toMatch(/4 requests failed: .*context deadline/);
  });

  it('refused connections', () => {
    expect(errorOf(fixture('refused.tsv'))).toMatchObject({
      code: 'nothing-measured',
      message: 'no request got a complete reply (hey tells of 20 connect)',
    });
  });

  it('what is not our template’s', () => {
    const kept = fixture('kept.tsv');
    for (const text of [
      '',
      fixture('n200.csv'),
      fixture('drop.stdout.txt'),
      kept.slice(0, 2_000),
      kept.replace('results\t200', 'results\t201'),
      kept.replace('status\t200\t200', 'status\t200\t199'),
      kept.replace(/\n0\.\d+\t/, '\nnan\t'),
      kept.replace(/^total.*\n/m, ''),
    ]) {
      expect(errorOf(text).code).toBe('output-unreadable');
    }
  });

  it('a wrong command line and a deadline', () => {
    expect(errorOf('', { code: 1, stderr: '-n cannot be less than -c.' }).message).toContain(
      '-n cannot be less than -c',
    );
    expect(errorOf('', { timedOut: true, code: null, signal: 'SIGKILL' }).code).toBe('generator-deadline');
  });
});
