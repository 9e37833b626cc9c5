import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf, outputOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import { unanswered } from '../../analysis/caveats/unanswered.ts';
import type { MeasuredTrial } from '../../analysis/measured-trial.ts';
import { DriverError } from '../../model/driver.ts';
import { decodeHistogram } from '../../model/histogram.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { parse } from './parse.ts';
import { luaString, scriptFor } from './script.ts';
import { undoCorrection } from './undo.ts';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/wrk-${name}`, import.meta.url), 'utf8');

/** Every latency with its count, as wrk showed them after 45,558 requests over 8 connections in 1,002,121 µs. */
const shown = fixture('histogram.tsv')
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => line.split('\t').map(Number) as [us: number, count: number]);
const [durationUs, requests, connections] = [1_002_121, 45_558, 8];
const timed = (part: Partial<Load> = {}): Load =>
  sampleLoad({ stop: { kind: 'duration', durationMs: 1_000 }, connections, ...part });

/** What our `done()` writes. */
function dumpOf(latencies: readonly (readonly [number, number])[], part: Record<string, number> = {}): string {
  const head = {
    duration: durationUs,
    requests,
    bytes: 11_252_826,
    connect: 0,
    read: 0,
    write: 0,
    status: 0,
    timeout: 0,
  };
  const rows = (pairs: Iterable<readonly [string | number, number]>): string =>
    [...pairs].map((pair) => `${pair.join('\t')}\n`).join('');
  return `loadcell wrk 1\n${rows(Object.entries({ ...head, ...part }))}latencies\n${rows(latencies)}end\n`;
}

const parsed = (dump: string, part: Partial<Load> = {}, end: object = {}): Measurement =>
  parse(outputOf({ files: { dump }, ...end }), timed(part), contextOf());

function errorOf(dump: string, part: Partial<Load> = {}, end: object = {}): DriverError {
  try {
    parsed(dump, part, end);
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was taken for a measurement');
}

describe('the correction of a genuine histogram', () => {
  it('is undone exactly: 45,558 of 45,558', () => {
    expect(shown.reduce((sum, [, count]) => sum + count, 0)).toBe(54_358);
    const raw = undoCorrection(shown, durationUs, requests, connections);
    expect(raw.reduce((sum, [, count]) => sum + count, 0)).toBe(45_558);
    expect(raw.every(([, count]) => count > 0)).toBe(true);
  });

  it('gives the latencies that wrk measured', () => {
    const measurement = parsed(dumpOf(shown));
    expect(measurement).toMatchObject({
      requests: { completed: 45_558, sent: null },
      windowUs: durationUs,
      statusCounts: { '2xx-3xx': 45_558 },
      latency: { kind: 'service-time', count: 45_558, minUs: 35, maxUs: 6_774 },
    });
    const { latency } = measurement;
    // wrk shows a mean of 459 µs and a p99 of 4,155 µs; Little's law says 176 µs.
    expect(Math.round(latency?.meanUs ?? 0)).toBe(171);
    // Within the histogram's three digits.
    expect(decodeHistogram(latency?.histogram ?? '').getValueAtPercentile(99)).toBeCloseTo(1_282, -1);
    expect(((latency?.meanUs ?? 0) * requests) / durationUs).toBeLessThanOrEqual(connections);
  });

  it('is not taken for undone when the parameters are not those of the run', () => {
    expect(errorOf(dumpOf(shown), { connections: 9 }).code).toBe('output-unreadable');
    expect(errorOf(dumpOf(shown, { requests: 45_559 })).code).toBe('output-unreadable');
  });
});

describe('wrk’s correction, played by its own rule', () => {
  /** stats.c, `stats_correct`: for every sample x >= 2E, one at x - E, x - 2E, ... above E. */
  function corrected(raw: readonly (readonly [number, number])[], interval: number): [number, number][] {
    const counts = new Map<number, number>();
    const add = (us: number, count: number): void => void counts.set(us, (counts.get(us) ?? 0) + count);
    for (const [us, count] of raw) {
      add(us, count);
      if (us >= 2 * interval) for (let made = us - interval; made > interval; made -= interval) add(made, count);
    }
    return [...counts].sort(([a], [b]) => a - b);
  }

  it.each([1, 7, 50, 400])('an interval of %i µs', (interval) => {
    const raw = [3, 8, 49, 50, 51, 100, 101, 149, 399, 400, 401, 799, 800, 801, 1_601].map(
      (us, i) => [us, 1 + (i % 3)] as const,
    );
    const count = raw.reduce((sum, [, times]) => sum + times, 0);
    expect(undoCorrection(corrected(raw, interval), interval * count, count, 1)).toEqual(raw);
  });
});

describe('wrk’s failures', () => {
  const one = [[100, 10]] as const;
  const busy = { duration: 1_000, requests: 10, bytes: 100 };

  it('statuses, errors and timeouts', () => {
    const dump = dumpOf(one, { ...busy, requests: 12, status: 3, connect: 1, read: 4, write: 5, timeout: 2 });
    expect(parsed(dump, { connections: 1 })).toMatchObject({
      statusCounts: { '2xx-3xx': 9, '4xx-5xx': 3 },
      errors: { connect: 1, reset: 9, timeout: 2, resource: 0, other: 0 },
    });
  });

  it('a server that hangs: nothing, and no error', () => {
    expect(errorOf(dumpOf([], { requests: 0, bytes: 0 }))).toMatchObject({ code: 'nothing-measured', completed: 0 });
  });

  it('a server that leaves most of the time unanswered is measured: the caveat tells it', () => {
    const mostlyIdle = parsed(dumpOf(one, { ...busy, duration: 1_000_000 }), { connections: 1 });
    expect(mostlyIdle.requests).toMatchObject({ completed: 10, inFlight: null });
    const load = sampleLoad({ connections: 1, stop: { kind: 'duration', durationMs: 1_000 } });
    const told = unanswered.check({ cell: { load }, measurement: mostlyIdle } as MeasuredTrial);
    expect(told).toMatchObject({ severity: 'suspect' });
  });

  it('an address that refuses', () => {
    const end = { code: 1, stderr: fixture('refused.stdout.txt') };
    expect(errorOf('', {}, end).message).toBe(
      'wrk ended with exit code 1: unable to connect to 127.0.0.1:18999 Connection refused',
    );
  });

  it('no results, cut results, foreign results', () => {
    const whole = dumpOf(one, busy);
    for (const text of [
      '',
      whole.replace('end\n', ''),
      whole.replace('wrk 1', 'wrk 2'),
      whole.replace('100\t10', '100\tx'),
    ]) {
      expect(errorOf(text, { connections: 1 }).code).toBe('output-unreadable');
    }
    expect(errorOf(whole.replace(/^bytes.*\n/m, '')).message).toContain('no "bytes"');
  });

  it('a window longer than its life', () => {
    expect(errorOf(dumpOf(shown), {}, { wallUs: 900_000 }).message).toContain('its clock was set meanwhile');
  });

  it('pipelining: no latencies', () => {
    expect(parsed(dumpOf(shown), { pipelining: 4 })).toMatchObject({
      latency: null,
      latencyMissing: expect.stringContaining('batches'),
    });
  });
});

describe('the Lua script', () => {
  it('lets no text out of its quotes', () => {
    expect(luaString('a"]]\n\\é')).toBe('"a\\034\\093\\093\\010\\092\\195\\169"');
    expect(scriptFor(timed({ method: 'PUT', body: '"' }), '/trial/x')).toContain('wrk.body = "\\034"');
  });
});
