import { expect, it } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { errorKindOf } from './error-text.ts';
import { type Exchange, latencyIn, perSecondIn, reasonNotes, windowOf } from './exchanges.ts';

const exchange = (startUs: number, endUs: number, part: Partial<Exchange> = {}): Exchange => ({
  dueUs: startUs,
  startUs,
  endUs,
  status: 200,
  error: '',
  ...part,
});
const TIMED = loadOf({ stop: { kind: 'duration', durationMs: 2_000 } });
const OPEN = { ...TIMED, rate: { perSecond: 1, arrivals: 'constant' } as const };

it('cuts a closed loop at its end to the µs, and keeps a failure that shows later', () => {
  const window = windowOf(
    [
      exchange(1_000, 2_001_000),
      exchange(1_500, 2_001_001),
      exchange(1_900_000, 3_000_000, { status: 0, error: 'timeout' }),
    ],
    TIMED,
  );
  expect(window).toMatchObject({ beginUs: 1_000, lengthUs: 2_000_000, inFlight: 1 });
  expect([window.replied.length, window.failed.length]).toEqual([1, 1]);
  expect(perSecondIn(window)).toEqual([0, 1]);
});

it('ends with the last start where the generator was late to stop', () => {
  const window = windowOf(
    [exchange(0, 2_000_500), exchange(2_001_000, 2_002_000), exchange(1_999_000, 2_001_500)],
    TIMED,
  );
  expect(window).toMatchObject({ lengthUs: 2_001_000, inFlight: 2 });
  expect(window.replied.length).toBe(1);
});

it('waits for all replies of an open loop, and counts from the intended starts', () => {
  const window = windowOf([exchange(0, 10), exchange(1_700_000, 2_500_000, { dueUs: 1_000_000 })], OPEN);
  expect(window).toMatchObject({ beginUs: 10, lengthUs: 2_499_990, inFlight: 0 });
  const latency = latencyIn(window, OPEN, { resolutionUs: 1, includesConnect: true });
  expect(latency).toMatchObject({ kind: 'response-time', count: 2, maxUs: 1_500_000, meanUs: 750_005 });
});

it.each([0, 10_000, 300_000, 1_400_000])('tells the asked rate of an open loop at a steady latency of %i µs', (us) => {
  const steady = Array.from({ length: 2_000 }, (_, i) => exchange(i * 1_000, i * 1_000 + us));
  const rate = { perSecond: 1_000, arrivals: 'constant' } as const;
  for (const load of [
    { ...TIMED, rate },
    { ...OPEN, rate, stop: { kind: 'requests', requests: 2_000 } as const },
  ]) {
    const window = windowOf(steady, load);
    expect([window.replied.length, window.lengthUs]).toEqual([2_000, 2_000_000]);
    expect(perSecondIn(window)).toEqual([1_000, 1_000]);
  }
});

it('tells the server’s own rate where it drains behind the schedule, and no failure lengthens the window', () => {
  const rate = { perSecond: 1_000, arrivals: 'constant' } as const;
  const drained = Array.from({ length: 2_000 }, (_, i) => exchange(i * 1_000, (i + 1) * 2_000));
  expect(windowOf(drained, { ...TIMED, rate }).lengthUs).toBe(3_998_000);
  const timeout = exchange(1_999_000, 30_000_000, { status: 0, error: 'timeout' });
  expect(windowOf([...drained, timeout], { ...TIMED, rate }).lengthUs).toBe(3_998_000);
});

it('lasts as long as the schedule, however early the last reply came', () => {
  expect(windowOf([exchange(0, 10), exchange(1_000_000, 1_000_010)], OPEN).lengthUs).toBe(2_000_000);
});

it('tells kinds of failures from the words of Go and of hyper', () => {
  const kinds = {
    connect: [
      'dial tcp 127.0.0.1:33277: connect: connection refused',
      'Connection refused (os error 111)',
      'dial: connection refused',
    ],
    timeout: [
      'timeout',
      'request timeout',
      'dial tcp 10.0.0.1:80: i/o timeout',
      'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
    reset: [
      'Get "http://127.0.0.1:1/": EOF',
      'unexpected EOF',
      'read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer',
      'connection closed before message completed',
      'error reading a body from connection',
      'http: server closed idle connection',
    ],
    resource: [
      'dial tcp 127.0.0.1:80: socket: too many open files',
      'Cannot assign requested address (os error 99)',
      'Too many open files (os error 24)',
    ],
    other: ['malformed HTTP status code "is"', 'invalid HTTP version parsed'],
  };
  for (const [kind, texts] of Object.entries(kinds)) {
    for (const text of texts) expect([text, errorKindOf(text)]).toEqual([text, kind]);
  }
});

it('names the most frequent reasons, whatever their ports', () => {
  const words = new Map([
    ['read tcp 127.0.0.1:40832->127.0.0.1:43253: read: connection reset by peer', 2],
    ['read tcp 127.0.0.1:40784->127.0.0.1:43253: read: connection reset by peer', 3],
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  const notes = reasonNotes(words);
  expect(notes[0]).toBe('5 requests failed: read tcp 127.0.0.1->127.0.0.1: read: connection reset by peer.');
  expect(notes.length).toBe(3);
});
