import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contextOf, outputOf, parseError, parseFixture } from '../../../tests/support/parsing.ts';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { noErrors } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { vegeta } from './driver.ts';

const TIMED = { stop: { kind: 'duration', durationMs: 100 } } as const;
const RATE = { rate: { perSecond: 100, arrivals: 'constant' }, stop: { kind: 'duration', durationMs: 400 } } as const;

const parsed = (name: string, load: Partial<Load> = TIMED, part = {}) =>
  parseFixture(vegeta, join(import.meta.dirname, 'fixtures'), { requests: `${name}.csv` }, load, part);

it('reads every request, and what its reply was', () => {
  expect(parsed('kept')).toMatchObject({
    requests: { sent: 60, completed: 60, inFlight: 0, missedStarts: null },
    windowUs: 100_000,
    statusCounts: { 200: 60 },
    errors: noErrors(),
    bytes: { received: null, body: 60 * 14 },
    mismatchedBodies: 0,
    replyBodyBytes: 14,
    serverHeader: 'truth',
    latency: { kind: 'service-time', count: 60, includesConnect: true },
  });
});

it('cuts a timed load at its last start, which vegeta makes once a connection is free', () => {
  const { requests, windowUs } = parsed('timed', { stop: { kind: 'duration', durationMs: 150 } });
  expect(requests).toMatchObject({ sent: 21, completed: 16, inFlight: 5 });
  expect(Math.floor(windowUs / 1000)).toBe(150);
});

it.each([
  ['half', 'reset', /unexpected EOF/],
  ['reset', 'reset', /connection reset by peer/],
  ['hang', 'timeout', /Client.Timeout exceeded/],
  ['garbage', 'other', /malformed HTTP/],
] as const)('counts what failed by kind: %s', (name, kind, why) => {
  const { errors, notes, requests, latency } = parsed(name);
  expect(errors[kind]).toBeGreaterThan(0);
  expect({ ...errors, [kind]: 0 }).toEqual(noErrors());
  expect(requests.completed + errors[kind] + (requests.inFlight ?? 0)).toBe(requests.sent);
  expect(notes.join('\n')).toMatch(why);
  expect(latency?.count).toBe(requests.completed);
});

it('tells replies of other statuses and bodies', () => {
  const { statusCounts, errors } = parsed('status-500');
  expect(statusCounts['500']).toBe(11);
  expect(errors).toEqual(noErrors());
  expect(parsed('wrong-body').mismatchedBodies).toBe(11);
  const unknown = parsed('wrong-body', TIMED, { expectedBody: null });
  expect([unknown.mismatchedBodies, unknown.bytes.body]).toEqual([null, null]);
});

it('counts an open loop from its schedule', () => {
  const { requests, latency, windowUs } = parsed('stall', { ...RATE, connections: 3 });
  expect(requests).toMatchObject({ sent: 40, completed: 40, inFlight: 0 });
  // Three of twenty requests of the stall got a connection at once; vegeta saw the wait of those alone.
  expect(requests.missedStarts).toBeGreaterThanOrEqual(17);
  expect(latency).toMatchObject({ kind: 'response-time', count: 40 });
  expect(latency?.meanUs).toBeGreaterThan(40_000);
  expect(windowUs).toBeGreaterThanOrEqual(400_000);
});

it('counts starts that were never made', () => {
  const row = (index: number, ns: number) =>
    `${1795618011000000000n + BigInt(ns)},200,1000000,0,0,,,,${index},GET,http://x/,`;
  const requests = [row(0, 0), row(2, 35_000_000), row(1, 10_000_000), ''].join('\n');
  const { requests: counts, latency } = vegeta.parse(
    outputOf({ requests }),
    loadOf(RATE),
    contextOf({ expectedBody: null }),
  );
  expect(counts).toMatchObject({ sent: 3, missedStarts: 1 + 37 });
  // Due at 20 ms, started at 35, a reply at 36.
  expect(latency?.maxUs).toBeCloseTo(16_000, 3);
});

it('gives no measurement where nothing was measured', () => {
  expect(parseError(() => parsed('refused'))).toMatchObject({ code: 'nothing-measured', completed: 0 });
  expect(parseError(() => parsed('refused')).message).toContain('60 connect');
  const parse =
    (requests: string, part = {}) =>
    () =>
      vegeta.parse(outputOf({ requests }, part), loadOf(TIMED), contextOf());
  expect(parseError(parse('', { stderr: 'vegeta exited 1: no such file' })).message).toContain('no such file');
  expect(parseError(parse('1,2,3\n'))).toMatchObject({ code: 'output-unreadable' });
  expect(parseError(parse('', { timedOut: true }))).toMatchObject({ code: 'generator-deadline' });
});

it('says what it cannot do', () => {
  const refuses = (part: Partial<Load>) => vegeta.refuses(loadOf(part));
  expect(refuses(TIMED)).toBeNull();
  expect(refuses(RATE)).toBeNull();
  expect(refuses({ rate: RATE.rate, stop: { kind: 'requests', requests: 9 } })).toBeNull();
  expect(refuses({ stop: { kind: 'requests', requests: 9 } })).toContain('use oha');
  expect(refuses({ ...RATE, rate: { perSecond: 5, arrivals: 'poisson' } })).toContain('use loadcell');
  expect(refuses({ ...TIMED, http: '2' })).toContain('h2load');
});
