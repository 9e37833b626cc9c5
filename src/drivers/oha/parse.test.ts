import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contextOf, outputOf, parseError, parseFixture } from '../../../tests/support/parsing.ts';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { noErrors } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { command } from './command.ts';
import { oha } from './driver.ts';

const COUNTED = { stop: { kind: 'requests', requests: 40 } } as const;
const RATE = { rate: { perSecond: 100, arrivals: 'constant' }, stop: { kind: 'duration', durationMs: 400 } } as const;

const parsed = (name: string, load: Partial<Load> = COUNTED, part = {}) =>
  parseFixture(
    oha,
    join(import.meta.dirname, 'fixtures'),
    { report: `${name}.json`, requests: `${name}.csv` },
    load,
    part,
  );

it('reads every reply', () => {
  expect(parsed('kept')).toMatchObject({
    requests: { sent: 40, completed: 40, inFlight: 0, missedStarts: null },
    statusCounts: { 200: 40 },
    errors: noErrors(),
    bytes: { received: null, body: 40 * 14 },
    mismatchedBodies: 0,
    replyBodyBytes: 14,
    latency: { kind: 'service-time', count: 40, includesConnect: true },
  });
});

it('cuts a timed load at its end, counted from oha’s own start', () => {
  const { requests, windowUs } = parsed('timed', { stop: { kind: 'duration', durationMs: 150 } });
  expect(requests).toMatchObject({ sent: 30, completed: 25, inFlight: 5 });
  expect(windowUs).toBe(150_000);
});

it.each([
  ['half', { ...noErrors(), reset: 7 }, /7 requests failed: error reading a body/],
  ['reset', { ...noErrors(), reset: 7 }, /error reading a body/],
  ['hang', { ...noErrors(), timeout: 13 }, /13 requests failed: timeout/],
  ['garbage', { ...noErrors(), other: 7 }, /invalid HTTP version/],
] as const)('counts what failed by kind: %s', (name, errors, why) => {
  const measurement = parsed(name);
  expect(measurement.errors).toEqual(errors);
  expect(measurement.requests.sent).toBe(40);
  expect(measurement.notes.join('\n')).toMatch(why);
});

it('tells replies of other statuses and of other lengths', () => {
  expect(parsed('status-500').statusCounts).toEqual({ 200: 33, 500: 7 });
  expect(parsed('kept', COUNTED, { expectedBody: 'another' }).mismatchedBodies).toBe(40);
});

it('shows the wait of every request of a stall, though three connections held it', () => {
  const { requests, latency } = parsed('stall', { ...RATE, connections: 3 });
  expect(requests).toMatchObject({ sent: 40, completed: 40 });
  expect(requests.missedStarts).toBeGreaterThanOrEqual(17);
  // 200 ms from the first of them to the last, and all twenty between.
  expect(latency).toMatchObject({ kind: 'response-time', count: 40 });
  expect(latency?.maxUs).toBeGreaterThan(190_000);
  expect(latency?.meanUs).toBeGreaterThan(40_000);
});

it('counts from the schedule, and from the timer with failures among the requests', () => {
  const requests = '0.0,0.0,0.001,200,14\n0.0115,0.0114,0.012,200,14\n0.035,0.0349,0.036,200,14\n';
  const run = (failures: object, asked: number) =>
    oha.parse(
      outputOf({
        requests,
        report: JSON.stringify({
          summary: { total: 2 },
          errorDistribution: failures,
          statusCodeDistribution: { 200: 3 },
        }),
      }),
      loadOf({ ...RATE, stop: { kind: 'requests', requests: asked } }),
      contextOf(),
    );
  // The third was due at 20 ms and queued at 34.9: 16 ms to the reply. The second was 1.4 ms late, which is the timer's step.
  const whole = run({}, 3);
  expect(whole.latency?.maxUs).toBeCloseTo(16_000, 3);
  expect(whole.latency?.minUs).toBeCloseTo(1_000, 3);
  expect(whole.latency?.meanUs).toBeCloseTo((1_000 + 2_000 + 16_000) / 3, 3);
  expect(whole.requests.missedStarts).toBe(1);
  const broken = run({ timeout: 2 }, 5);
  expect(broken.latency?.maxUs).toBeCloseTo(1_100, 3);
  expect(broken.errors.timeout).toBe(2);
  // From the first reply to the last one, and the schedule: five times 10 ms.
  expect([whole.windowUs, broken.windowUs]).toEqual([35_000, 50_000]);
  expect(broken.notes.join('\n')).toContain('the schedule is not known');
});

it('gives no measurement where nothing was measured', () => {
  expect(parseError(() => parsed('refused'))).toMatchObject({ code: 'nothing-measured', completed: 0 });
  expect(parseError(() => parsed('refused')).message).toContain('40 connect');
  const parse =
    (files: Record<string, string>, part = {}) =>
    () =>
      oha.parse(outputOf(files, part), loadOf({}), contextOf());
  expect(parseError(parse({ report: '', requests: '' }))).toMatchObject({ code: 'output-unreadable' });
  expect(parseError(parse({ report: '{}', requests: '' }))).toMatchObject({ code: 'output-unreadable' });
  const report = '{"summary":{"total":1},"errorDistribution":{},"statusCodeDistribution":{"200":2}}';
  expect(parseError(parse({ report, requests: '1,2\n' })).message).toContain('the row "1,2"');
  expect(parseError(parse({ report, requests: '0,,1,200,14\n' })).message).toContain('1 of 2 replies');
  const failed = parseError(parse({ report, requests: '' }, { stderr: 'sqlite3 exited 1: disk is full' }));
  expect(failed.message).toContain('disk is full');
  expect(parseError(parse({}, { code: 1, stderr: 'Error: no route' })).message).toContain('no route');
});

it('runs a timed open loop as the count that it comes to', () => {
  const { argv } = command(loadOf(RATE), contextOf());
  expect(argv.slice(1, 8)).toEqual(['-n', '40', '-c', '5', '-q', '100', '--latency-correction']);
  expect(command(loadOf({ stop: { kind: 'duration', durationMs: 1_500 } }), contextOf()).argv.slice(1, 4)).toEqual([
    '-z',
    '1500ms',
    '-w',
  ]);
});

it('says what it cannot do', () => {
  const refuses = (part: Partial<Load>) => oha.refuses(loadOf(part));
  expect(refuses({})).toBeNull();
  expect(refuses(RATE)).toBeNull();
  expect(refuses({ rate: { perSecond: 5, arrivals: 'poisson' } })).toContain('use loadcell');
  expect(refuses({ pipelining: 2 })).toContain('wrk');
  expect(refuses({ http: '2' })).toContain('h2load');
});
