import { expect, test } from 'vitest';
import { momentsMs } from './sampling.ts';

/** Those of a window that really took so long. */
function within(plannedMs: number | null, tookMs: number): number[] {
  const found: number[] = [];
  for (const moment of momentsMs(plannedMs)) {
    if (moment >= tookMs) return found;
    found.push(moment);
  }
  return found;
}

test('a window of known length has a sample at either end, and at most one a second between', () => {
  expect(within(600, 600)).toEqual([25, 300, 560]);
  expect(within(1_000, 1_000)).toEqual([25, 500, 960]);
  expect(within(2_000, 2_000)).toEqual([25, 1_000, 1_960]);
  expect(within(5_000, 5_000)).toEqual([25, 1_000, 2_000, 3_000, 4_000, 4_960]);
});

test('one of unknown length, or a very short one, has some whenever it ends', () => {
  expect(within(null, 100)).toEqual([20, 60]);
  expect(within(300, 300)).toEqual([20, 60, 150]);
  expect(within(null, 2_000)).toEqual([20, 60, 150, 400, 900, 1_400, 1_900]);
});

test('samples go on where a window outlasts its plan, and moments only ever grow', () => {
  expect(within(1_000, 3_000).slice(2)).toEqual([960, 1_460, 1_960, 2_460, 2_960]);
  for (const planned of [null, 100, 599, 600, 750, 1_999, 10_500, 60_000]) {
    const all = within(planned, 70_000);
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
  }
});
