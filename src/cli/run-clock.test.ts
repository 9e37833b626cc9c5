import { expect, test } from 'vitest';
import type { TrialEvent } from '../trial/context.ts';
import type { Printer } from './print.ts';
import { showProgress } from './progress.ts';
import { runClock } from './run-clock.ts';

const START = Date.parse('2026-11-23T12:00:00.000Z');

/** A host whose clocks go where they are told. */
function clocks() {
  let wallMs = START;
  let steadyMs = 5_000;
  return {
    now: () => wallMs,
    monotonicNs: () => BigInt(steadyMs) * 1_000_000n,
    pass: (ms: number) => {
      wallMs += ms;
      steadyMs += ms;
    },
    set: (ms: number) => {
      wallMs = ms;
    },
  };
}

test('a clock that is set back or ahead changes no duration', () => {
  const host = clocks();
  const clock = runClock(host);
  host.pass(2_000);
  host.set(START - 86_400_000);
  expect(clock.elapsedMs()).toBe(2_000);
  host.set(START + 86_400_000);
  host.pass(500);
  expect(clock.elapsedMs()).toBe(2_500);
});

test('a run does not end before it has begun, and ends when the machine woke up', () => {
  const host = clocks();
  const clock = runClock(host);
  host.pass(2_000);
  expect(clock.finishedAt()).toBe('2026-11-23T12:00:02.000Z');
  host.set(START - 86_400_000);
  expect(clock.finishedAt()).toBe('2026-11-23T12:00:02.000Z');
  host.set(START + 3_600_000);
  expect(clock.finishedAt()).toBe('2026-11-23T13:00:00.000Z');
});

test('the time left is of the trials, whatever the clock does', () => {
  const host = clocks();
  const lines: string[] = [];
  const printer: Printer = {
    live: false,
    line: (text) => void lines.push(text),
    result: () => undefined,
    paint: (_, text) => text,
    status: () => undefined,
  };
  const show = showProgress(printer, runClock(host).elapsedMs);
  const about = { slot: { cell: 'a', trial: 1 }, cell: { id: 'a' }, total: 4 };
  show({ kind: 'trial-started', attempt: 1, done: 0, ...about } as TrialEvent);
  host.pass(10_000);
  host.set(START - 1e9);
  show({ kind: 'trial-ended', good: true, summary: 'x', done: 1, ...about } as TrialEvent);
  expect(lines).toEqual(['[1/4, 30 s left] a trial 1: ok, x']);
});
