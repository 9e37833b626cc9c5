import { expect, it } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { dueTimes, missedNotes, missedOf, scheduleOf } from './schedule.ts';

const rate = (perSecond: number) => ({ perSecond, arrivals: 'constant' }) as const;

it('has the starts before the end of the time, or those asked for', () => {
  const timed = (perSecond: number, durationMs: number) =>
    scheduleOf(loadOf({ rate: rate(perSecond), stop: { kind: 'duration', durationMs } }));
  expect(timed(400, 2_000)).toEqual({ intervalUs: 2_500, starts: 800, durationNs: 1_998_750_000 });
  expect(timed(3, 1_100)).toEqual({ intervalUs: 333_333.333, starts: 4, durationNs: 1_166_666_666 });
  expect(scheduleOf(loadOf({ rate: rate(2.5), stop: { kind: 'requests', requests: 7 } }))).toEqual({
    intervalUs: 400_000,
    starts: 7,
    durationNs: 2_600_000_000,
  });
  expect(scheduleOf(loadOf({}))).toBeNull();
});

it('lays the schedule so that no start precedes it', () => {
  const starts = [
    { index: 0, startUs: 107 },
    { index: 1, startUs: 1_105 },
    { index: 3, startUs: 9_000 },
  ];
  expect([...dueTimes(starts, 1_000)]).toEqual([105, 1_105, 3_105]);
});

it('counts what was late and what was never made', () => {
  const missed = missedOf(
    [
      { dueUs: 0, startUs: 1_000 },
      { dueUs: 0, startUs: 1_001 },
      { dueUs: 0, startUs: 2_500 },
    ],
    4,
  );
  expect(missed).toEqual({ late: 2, unsent: 4, latestUs: 2_500 });
  expect(missedNotes(missed)[0]).toContain('2 were made more than 1 ms late (at most 2.5 ms;');
  expect(missedNotes({ late: 0, unsent: 0, latestUs: 900 })).toEqual([]);
});
