import { describe, expect, test } from 'vitest';
import { busiestThread, cpuBetween, type ProcessSnapshot } from './tree-use.ts';

/** A process of a tree; times in ms, of its threads by their ids. */
const process = (pid: number, threads: Record<string, [run: number, wait: number]>): ProcessSnapshot => ({
  pid,
  startTime: 1,
  runNs: 0,
  waitNs: 0,
  byThread: new Map(Object.entries(threads).map(([id, [run, wait]]) => [id, { runNs: run * 1e6, waitNs: wait * 1e6 }])),
  ticks: 0,
  childTicks: 0,
  parent: 0,
  threads: 1,
  rssBytes: null,
  voluntary: null,
  involuntary: null,
  openFiles: null,
  openFilesLimit: null,
});

test('the busiest thread is the one that used and waited for most since, in whatever process', () => {
  const before = [process(1, { 1: [5_000, 0], 2: [0, 0] }), process(7, { 7: [10, 0] })];
  const after = [
    process(1, { 1: [5_100, 0], 2: [150, 10] }),
    process(7, { 7: [110, 70] }),
    process(8, { 8: [160, 5] }),
  ];
  expect(busiestThread(before, after)).toEqual({ cpuUs: 100_000, waitUs: 70_000 });
  expect(busiestThread(before, [process(8, { 8: [160, 5] })])).toEqual({ cpuUs: 160_000, waitUs: 5_000 });
  expect(busiestThread(before, [])).toBeNull();
});

test('a process that has the id of one that ended began with nothing', () => {
  const before = [process(1, { 1: [100, 0] })];
  const after = [{ ...process(1, { 1: [90, 0] }), startTime: 2 }];
  expect(busiestThread(before, after)).toEqual({ cpuUs: 90_000, waitUs: 0 });
});

describe('CPU time of a tree whose processes end', () => {
  const ticked = (pid: number, parent: number, ticks: number, childTicks = 0): ProcessSnapshot => ({
    ...process(pid, {}),
    parent,
    runNs: ticks * 10_000_000,
    ticks,
    childTicks,
  });

  test('is also what a live parent waited for', () => {
    expect(cpuBetween([ticked(1, 0, 5, 40)], [ticked(1, 0, 7, 70)])).toBe(320_000);
    // A worker that is new itself brings its children along.
    expect(cpuBetween([ticked(1, 0, 5)], [ticked(1, 0, 5), ticked(2, 1, 3, 4)])).toBe(70_000);
  });

  test('is without what they had used before', () => {
    const before = [ticked(1, 0, 5), ticked(2, 1, 100, 20), ticked(3, 2, 50)];
    // 2 waited for 3 and was waited for itself: 100 + 20 + 50 of the ticks are from before.
    expect(cpuBetween(before, [ticked(1, 0, 5, 181)])).toBe(110_000);
    expect(cpuBetween(before, [ticked(1, 0, 5), ticked(2, 1, 100, 76)])).toBe(60_000);
  });

  test('is never less than what lives used', () => {
    expect(cpuBetween([ticked(1, 0, 5), ticked(2, 1, 100)], [ticked(1, 0, 9)])).toBe(40_000);
  });
});
