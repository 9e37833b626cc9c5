import { expect, test } from 'vitest';
import { histogramOf } from '../../model/histogram.ts';
import { FULL, QUICK } from '../scale.ts';
import { floorOf } from './floor.ts';
import { percentileUs } from './truth.ts';

const steady = (us: number, count = 200): number[] => Array.from({ length: count }, () => us);

test('the warm-up is in neither side: a cold first request allows nobody anything', () => {
  const delaysUs = [...steady(9_000, 50), ...steady(1_000)];
  expect(floorOf(JSON.stringify(steady(1_080)), delaysUs)).toEqual([80, 80, 80]);
});

test('one accident among 100 does not decide the p99, and a machine adds nothing negative', () => {
  expect(floorOf(JSON.stringify([...steady(1_050, 99), 8_000]), steady(1_000, 100))).toEqual([50, 50, 50]);
  expect(floorOf(JSON.stringify(steady(990)), steady(1_000))).toEqual([0, 0, 0]);
});

test('requests that the server does not know of are no measurement', () => {
  expect(() => floorOf(JSON.stringify(steady(1_000, 60)), steady(1_000, 59))).toThrow('59');
  expect(() => floorOf('[]', [])).toThrow('0');
});

test('every floor has a p99 that is not its longest request, and a warm-up before it', () => {
  for (const { floor } of [...FULL.truths, ...QUICK.truths]) {
    expect(floor.requests).toBeGreaterThanOrEqual(200);
    expect(floor.warmUp).toBeGreaterThanOrEqual(50);
  }
});

test('a percentile is the same sample to the truth as to a histogram, whatever the count', () => {
  for (let count = 1; count <= 400; count += 1) {
    const samples = Array.from({ length: count }, (_, i) => i + 1);
    const histogram = histogramOf(samples);
    for (const percent of [50, 90, 99, 100])
      expect([count, percentileUs(samples, percent)]).toEqual([count, histogram.getValueAtPercentile(percent)]);
  }
});
