import { expect, test } from 'vitest';
import { busiestThread, type ProcessSnapshot } from './tree-use.ts';

/** A process of a tree; times in ms, of its threads by their ids. */
const process = (pid: number, threads: Record<string, [run: number, wait: number]>): ProcessSnapshot => ({
  pid,
  startTime: 1,
  runNs: 0,
  waitNs: 0,
  byThread: new Map(Object.entries(threads).map(([id, [run, wait]]) => [id, { runNs: run * 1e6, waitNs: wait * 1e6 }])),
  ticks: 0,
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
