import { expect, test } from 'vitest';
import type { Load } from '../model/plan.ts';
import { plannedTime } from './planned-time.ts';

const seconds = (count: number): Load['stop'] => ({ kind: 'duration', durationMs: count * 1_000 });
const requests = (count: number): Load['stop'] => ({ kind: 'requests', requests: count });
const rate: Load['rate'] = { perSecond: 500, arrivals: 'constant' };

const CASES: [what: string, load: Parameters<typeof plannedTime>[0], ms: number | null][] = [
  ['a window', { stop: seconds(10), warmup: null, rate: null }, 10_000],
  ['its warm-up too', { stop: seconds(10), warmup: seconds(1), rate: null }, 11_000],
  ['a count says nothing', { stop: requests(10_000), warmup: seconds(1), rate: null }, null],
  ['nor does one of a warm-up', { stop: seconds(10), warmup: requests(100), rate: null }, null],
  ['but at a rate it does', { stop: requests(10_000), warmup: requests(1_000), rate }, 22_000],
];
test.each(CASES)('%s', (_, load, ms) => {
  expect(plannedTime(load)).toBe(ms);
});
