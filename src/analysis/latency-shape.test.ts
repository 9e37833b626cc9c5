import { describe, expect, test } from 'vitest';
import { histogramOf } from '../model/histogram.ts';
import { countBetween, shareUpTo, timeShareOfSlowest } from './latency-shape.ts';

const even = histogramOf(Array.from({ length: 1000 }, (_, i) => i + 1));

describe('the shape of a histogram', () => {
  test('share up to a value', () => {
    expect(shareUpTo(even, 250)).toBeCloseTo(0.25, 3);
    expect(shareUpTo(even, 1000)).toBe(1);
    expect(shareUpTo(even, 0)).toBeCloseTo(0, 3);
  });

  test('count between two values', () => {
    expect(countBetween(even, 100, 300)).toBe(200);
    const clustered = histogramOf([...Array(97).fill(500), 1_002_000, 3_010_000, 7_030_000]);
    expect(countBetween(clustered, 990_000, 1_300_000)).toBe(1);
    expect(countBetween(clustered, 1_990_000, 2_300_000)).toBe(0);
    expect(countBetween(clustered, 6_990_000, 7_300_000)).toBe(1);
  });

  test('time that the slowest 1% take: 1% of equal values, 5.6% of exponential ones, nearly all of a stall', () => {
    expect(timeShareOfSlowest(histogramOf(Array(1000).fill(700)))).toBeCloseTo(0.01, 3);
    const exponential = Array.from({ length: 100_000 }, (_, i) => -10_000 * Math.log((i + 0.5) / 100_000));
    expect(timeShareOfSlowest(histogramOf(exponential))).toBeCloseTo(0.056, 2);
    const stalled = [...Array(990).fill(100), ...Array(10).fill(1_000_000)];
    expect(timeShareOfSlowest(histogramOf(stalled))).toBeGreaterThan(0.98);
    expect(timeShareOfSlowest(histogramOf([]))).toBe(0);
  });
});
