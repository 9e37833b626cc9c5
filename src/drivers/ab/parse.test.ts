import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf, outputOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import { type DriveOutput, DriverError } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { parse } from './parse.ts';
import { readReport } from './report.ts';
import { readAnchors, readPerRequest, reconstruct } from './samples.ts';

/** '' where the sample has no such file, as `DriveOutput.files` has it. */
function fixture(name: string): string {
  const file = new URL(`./fixtures/ab-${name}`, import.meta.url);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function sample(name: string): DriveOutput {
  const stdout = fixture(`${name}.stdout.txt`);
  if (stdout === '') throw new Error(`no sample ${name}`);
  return outputOf({
    stdout,
    stderr: fixture(`${name}.stderr.txt`),
    files: { requests: fixture(`${name}.gnuplot.tsv`), percentiles: fixture(`${name}.csv`) },
  });
}

const counted = (requests: number, part: Partial<Load> = {}): Load =>
  sampleLoad({ stop: { kind: 'requests', requests }, connections: 10, ...part });

const measurementOf = (name: string, load: Load, expectedBody: string | null = null): Measurement =>
  parse(sample(name), load, contextOf({ expectedBody }));

function errorOf(output: DriveOutput, load = counted(100)): DriverError {
  try {
    parse(output, load, contextOf());
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was taken for a measurement');
}

describe('ab’s samples', () => {
  it('501 requests over kept connections', () => {
    const measurement = measurementOf('keepalive', counted(501), 'Hello World!');
    expect(measurement).toMatchObject({
      requests: { sent: 501, completed: 501, inFlight: 0, missedStarts: null },
      bytes: { received: 123_747, body: 6_012 },
      statusCounts: { '2xx': 501 },
      errors: { connect: 0, reset: 0, timeout: 0, resource: 0, other: 0 },
      serverClosedConnections: null,
      replyBodyBytes: 12,
      serverHeader: 'nginx/1.22.1',
      mismatchedBodies: 0,
      latency: { count: 501, minUs: 91, includesConnect: false },
    });
    // It prints 0.010 seconds, and 49,257.69 requests a second: 501 / 49,257.69 s.
    expect(measurement.windowUs).toBeCloseTo(10_171.0, 0);
  });

  it('whole percentiles are those of its CSV, to the µs', () => {
    const { phases, latency } = measurementOf('nokeepalive', counted(500, { keepAlive: false }));
    const csv = new Map(
      fixture('nokeepalive.csv')
        .split('\n')
        .map((line) => line.split(',').map(Number) as [number, number]),
    );
    for (const percent of [50, 66, 75, 80, 90, 95, 98, 99, 100]) {
      const us = phases?.percentiles.find(([one]) => one === percent)?.[1];
      expect([percent, us]).toEqual([percent, Math.round((csv.get(percent) ?? Number.NaN) * 1000)]);
    }
    expect(latency).toMatchObject({ count: 500, minUs: 320, maxUs: 3_733, includesConnect: true });
    expect(phases?.connect).toMatchObject({ minUs: 0, maxUs: 2_000 });
  });

  it('500 from every request: a status, not an error', () => {
    const report = readReport(fixture('non2xx.stdout.txt'));
    expect(report).toMatchObject({
      complete: 200,
      non2xx: 200,
      failed: { connect: 0, receive: 0, length: 0, exceptions: 0 },
    });
  });

  it('a reset counts once, not three times and as a request', () => {
    expect(readReport(fixture('reset-r.stdout.txt'))).toMatchObject({
      complete: 200,
      failed: { receive: 5, length: 5, exceptions: 5 },
      bodies: 390,
      documentLength: 2,
    });
  });

  it('bodies of another length than the first are told only against an expected one', () => {
    const { failed, documentLength } = readReport(fixture('varlength.stdout.txt'));
    expect(failed.length).toBeGreaterThan(0);
    expect(documentLength).toBe(47);
    expect(readReport(fixture('varlength-l.stdout.txt')).documentLength).toBeNull();
  });

  it('connections closed without a byte are no requests', () => {
    expect(errorOf(sample('drop')).code).toMatch(/^(nothing-measured|output-unreadable)$/);
  });
});

describe('ab’s aborts', () => {
  const aborted = (name: string, code: number): DriverError => errorOf({ ...sample(name), code });

  it('say what it says, and how far it came', () => {
    expect(aborted('reset', 104)).toMatchObject({
      code: 'generator-aborted',
      completed: 39,
      message: 'ab ended with exit code 104: apr_socket_recv: Connection reset by peer (104)',
    });
    expect(aborted('refused', 111)).toMatchObject({ code: 'generator-aborted', completed: null });
    expect(aborted('refused', 111).message).toContain('Connection refused (111)');
    expect(aborted('timeout', 119).message).toContain('The timeout specified has expired (70007)');
  });

  it('a report without its files, or with those of another run', () => {
    const whole = sample('keepalive');
    expect(errorOf({ ...whole, files: {} }, counted(501)).code).toBe('output-unreadable');
    expect(errorOf({ ...whole, files: sample('nokeepalive').files }, counted(501)).code).toBe('output-unreadable');
    expect(
      errorOf({ ...whole, stdout: whole.stdout.replace(/^Total transferred.*$/m, '') }, counted(501)).message,
    ).toContain('Total transferred');
  });

  it('a window longer than its life: its clock was set', () => {
    expect(errorOf({ ...sample('keepalive'), wallUs: 1_000 }, counted(501)).message).toContain('its clock was set');
  });
});

describe('ab’s two files put together', () => {
  it('5 requests: every one to the µs, the rows behind its array left out', () => {
    const { totalMs } = readPerRequest(fixture('seq5.gnuplot.tsv'), 5);
    expect([...totalMs]).toEqual([30, 102, 202, 302, 402]);
    const anchors = readAnchors(fixture('seq5.csv'), 5);
    expect(anchors.map(([index]) => index)).toEqual([0, 1, 2, 3, 4]);
    const samples = [...reconstruct(totalMs, anchors)];
    expect(samples.slice(0, 2)).toEqual([29_597, 102_030]);
    expect(samples.map((us) => Math.floor((us + 500) / 1000))).toEqual([...totalMs]);
  });

  it('a percentile is the sample at floor(0.5 + n p / 100)', () => {
    expect(readAnchors('Percentage served,Time in ms\n0,0.1\n1,0.2\n100,0.3\n', 150)).toEqual([
      [0, 100],
      [2, 200],
      [149, 300],
    ]);
  });

  it('SYNs sent again: connect times of 1 and 3 s stand in the file', () => {
    const { totalMs } = readPerRequest(fixture('synretrans.gnuplot.tsv'), 250);
    expect(totalMs.at(-1)).toBe(3_913);
    expect(readReport(fixture('synretrans.stdout.txt')).rows.Connect?.maxUs).toBe(3_080_000);
  });

  it('every sample lies within its own rounded ms', () => {
    const { totalMs } = readPerRequest(fixture('nokeepalive.gnuplot.tsv'), 500);
    const samples = reconstruct(totalMs, readAnchors(fixture('nokeepalive.csv'), 500));
    expect(Array.from(samples, (us) => Math.floor((us + 500) / 1000))).toEqual([...totalMs]);
    expect([...samples]).toEqual([...samples].sort((a, b) => a - b));
  });
});
