import { expect, test } from 'vitest';
import { gapOf } from './gap.ts';

const times = [
  { start: 30, stop: 10, generator: 5 },
  { start: 50, stop: 10, generator: 6 },
  { start: 40, stop: 10, generator: 7 },
];

test('what lies between windows, without what the server takes', () => {
  const windows = [0, 1_200, 2_500, 3_700].map((startMs) => ({ startMs, lengthMs: 1_000 }));
  expect(gapOf(windows, times)).toEqual({
    betweenMs: 200,
    serverMs: { start: 40, stop: 10 },
    generatorMs: 6,
    beyondServerMs: { median: 150, highest: 250 },
    gaps: 3,
  });
});

test('a trial that failed, before its window or in it, makes no gap', () => {
  const windows = [
    { startMs: 0, lengthMs: 1_000 },
    { startMs: Number.NaN, lengthMs: Number.NaN },
    { startMs: 5_000, lengthMs: 1_000 },
    { startMs: 6_300, lengthMs: Number.NaN },
  ];
  expect(gapOf(windows, times)).toMatchObject({ betweenMs: 300, gaps: 1 });
  expect(gapOf(windows.slice(0, 2), times)).toBeNull();
});
