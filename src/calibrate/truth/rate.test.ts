import { expect, test } from 'vitest';
import type { Measurement } from '../../model/measurement.ts';
import { fittingWindow, rateRatio } from './rate.ts';
import { newStats, type TruthStats } from './truth.ts';

/** One request after the other, each `us` apart and answered after `delayUs`. */
function statsOf(delaysUs: readonly number[], part: Partial<TruthStats> = {}, apartUs = 0): TruthStats {
  let at = 0;
  const arrivalsUs = delaysUs.map((us) => {
    const arrived = at;
    at += apartUs === 0 ? us : apartUs;
    return arrived;
  });
  const replies = delaysUs.length;
  return { ...newStats(), requests: replies, replies, delaysUs: [...delaysUs], arrivalsUs, ...part };
}
const steady = (us: number, count: number): number[] => Array.from({ length: count }, () => us);
const told = (completed: number, windowUs: number): Measurement =>
  ({ requests: { completed }, windowUs }) as unknown as Measurement;

test('a counted loop lasts from the first request to the last reply', () => {
  expect(fittingWindow(statsOf(steady(1_000, 200)), 200, null)).toEqual({ leastUs: 200_000, mostUs: 200_000 });
});

test('a timed one ends before the reply that it did not count any more: written, or only due', () => {
  const bounds = { leastUs: 200_000, mostUs: 201_000 };
  expect(fittingWindow(statsOf(steady(1_000, 201)), 200, null)).toEqual(bounds);
  const cut = statsOf(steady(1_000, 200), { unansweredUs: [201_000, 5_000] });
  expect(fittingWindow(cut, 200, null)).toEqual(bounds);
  expect(rateRatio(told(200, 200_600), cut, null)).toBe(1);
});

test('a stall of 1 s in a window of 3 s leaves no room: a window without it is wrong, and one that has a second of it', () => {
  const delaysUs = [...steady(5_000, 100), 1_005_000, ...steady(5_000, 300)];
  const stats = statsOf(delaysUs, { unansweredUs: [3_010_000] });
  expect(rateRatio(told(401, 3_008_000), stats, null)).toBe(1);
  expect(rateRatio(told(401, 2_005_000), stats, null)).toBeGreaterThan(1.4);
  expect(rateRatio(told(401, 4_000_000), stats, null)).toBeLessThan(0.76);
});

test('an open loop lasts from its first reply to its last one, or until the start that would follow', () => {
  const stats = statsOf(steady(20_000, 600), {}, 5_000);
  expect(fittingWindow(stats, 600, 5_000)).toEqual({ leastUs: 2_995_000, mostUs: 3_020_000 });
  for (const windowUs of [2_995_000, 3_000_000, 3_015_000])
    expect(rateRatio(told(600, windowUs), stats, 5_000)).toBe(1);
  expect(rateRatio(told(600, 2_900_000), stats, 5_000)).toBeGreaterThan(1.01);
});

test('replies that the server did not send make a rate wrong; without any there is none', () => {
  const stats = statsOf(steady(1_000, 200));
  expect(rateRatio(told(210, 200_000), stats, null)).toBeCloseTo(1.05);
  expect(rateRatio(told(0, 200_000), newStats(), null)).toBeNaN();
});
