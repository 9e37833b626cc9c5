import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contextOf, outputOf, parseError, parseFixture } from '../../../tests/support/parsing.ts';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { noErrors } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { k6 } from './driver.ts';

const parsed = (name: string, load: Partial<Load> = {}, part = {}) =>
  parseFixture(k6, join(import.meta.dirname, 'fixtures'), { samples: `${name}.csv` }, load, part);

const RATE = { rate: { perSecond: 20, arrivals: 'constant' }, stop: { kind: 'duration', durationMs: 1_000 } } as const;

it('reads 20 requests over five kept connections', () => {
  const measurement = parsed('kept');
  expect(measurement).toMatchObject({
    requests: { sent: 20, completed: 20, inFlight: 0, missedStarts: null },
    statusCounts: { 200: 20 },
    errors: noErrors(),
    connectionsOpened: 5,
    serverClosedConnections: 0,
    mismatchedBodies: 0,
    replyBodyBytes: 14,
    serverHeader: 'truth',
    latency: { kind: 'service-time', count: 20, includesConnect: true },
  });
  const { latency, phases } = measurement;
  // The first request's row in the file: blocked, then duration, in ms.
  expect(phases?.total.maxUs).toBe(latency?.maxUs);
  expect(phases?.connect?.maxUs).toBeGreaterThan(phases?.connect?.minUs ?? Number.NaN);
  expect(phases?.waiting?.maxUs).toBeLessThan(latency?.maxUs ?? 0);
});

it('takes blocked and duration of one request together, and its end from the time stamp', () => {
  const csv = [
    'metric_name,timestamp,metric_value,error,error_code,status,extra_tags,metadata',
    'http_reqs,1795618147102517,1.000000,,,200,,',
    'http_req_duration,1795618147102517,9.184376,,,200,,',
    'http_req_blocked,1795618147102517,2.683615,,,200,,',
    'http_req_connecting,1795618147102517,2.658016,,,200,,',
    'http_req_waiting,1795618147102517,8.994652,,,200,,',
    '',
  ].join('\n');
  const { latency, phases, windowUs } = k6.parse(outputOf({ samples: csv }), loadOf({}), contextOf());
  expect(latency?.maxUs).toBeCloseTo(11_867.991, 3);
  expect(windowUs).toBeCloseTo(11_867.991, 3);
  expect(phases?.connect?.maxUs).toBeCloseTo(2_658.016, 3);
  expect(phases?.waiting?.maxUs).toBeCloseTo(8_994.652, 3);
});

it('counts a connection for each request where none is kept', () => {
  const measurement = parsed('fresh', { keepAlive: false });
  expect(measurement).toMatchObject({ connectionsOpened: 20, serverClosedConnections: null });
  expect(measurement.phases?.connect?.minUs).toBeGreaterThan(0);
});

it('cuts a timed load at its end', () => {
  const measurement = parsed('timed', { stop: { kind: 'duration', durationMs: 1_000 } });
  expect(measurement.requests).toMatchObject({ sent: 45, completed: 40, inFlight: 5 });
  expect(measurement.windowUs).toBe(1_000_000);
});

it.each([
  ['half', { ...noErrors(), reset: 3 }, /3 requests failed: unexpected EOF/],
  ['reset', { ...noErrors(), reset: 3 }, /connection reset by peer/],
  ['hang', { ...noErrors(), timeout: 2 }, /request timeout/],
  ['garbage', { ...noErrors(), other: 3 }, /malformed HTTP/],
] as const)('counts what failed by kind: %s', (name, errors, why) => {
  const measurement = parsed(name);
  expect(measurement.errors).toEqual(errors);
  expect(measurement.requests.completed + Object.values(errors).reduce((a, b) => a + b)).toBe(20);
  expect(measurement.notes.join('\n')).toMatch(why);
  expect(measurement.latency?.count).toBe(measurement.requests.completed);
});

it('tells replies of other statuses and bodies, and closed connections', () => {
  expect(parsed('status-500')).toMatchObject({ statusCounts: { 200: 17, 500: 3 }, errors: noErrors() });
  expect(parsed('wrong-body').mismatchedBodies).toBe(3);
  expect(parsed('wrong-body', {}, { expectedBody: null }).mismatchedBodies).toBeNull();
  expect(parsed('closing')).toMatchObject({ connectionsOpened: 11, serverClosedConnections: 6 });
});

it('counts an open loop from its schedule, and drops as missed', () => {
  expect(parsed('rate', RATE).latency?.kind).toBe('response-time');
  const stalled = parsed('stall', { ...RATE, connections: 3 });
  expect(stalled.requests).toMatchObject({ sent: 16, completed: 16 });
  expect(stalled.requests.missedStarts).toBeGreaterThanOrEqual(5);
  expect(stalled.notes.join('\n')).toMatch(/the waits of 5 requests are missing from the tail/);
});

it('gives no measurement where nothing was measured', () => {
  expect(parseError(() => parsed('refused'))).toMatchObject({ code: 'nothing-measured', completed: 0 });
  expect(parseError(() => parsed('refused')).message).toContain('20 connect');
  const parse =
    (samples: string, part = {}) =>
    () =>
      k6.parse(outputOf({ samples }, part), loadOf({}), contextOf());
  expect(parseError(parse(''))).toMatchObject({ code: 'output-unreadable' });
  expect(parseError(parse('metric_name,timestamp\n'))).toMatchObject({ code: 'output-unreadable' });
  const stderr = 'level=error msg="There were problems with the specified script configuration"';
  const aborted = parseError(parse('', { code: 104, stderr }));
  expect(aborted).toMatchObject({ code: 'generator-aborted', message: expect.stringContaining('exit code 104') });
});

it('says what it cannot do', () => {
  const refuses = (part: Partial<Load>) => k6.refuses(loadOf(part));
  expect(refuses({})).toBeNull();
  expect(refuses(RATE)).toBeNull();
  expect(refuses({ rate: { perSecond: 5, arrivals: 'poisson' } })).toContain('use loadcell');
  expect(refuses({ stop: { kind: 'duration', durationMs: 500 } })).toContain('1000 ms at least');
  expect(refuses({ pipelining: 2 })).toContain('wrk');
  expect(refuses({ http: '2' })).toContain('h2load');
});
