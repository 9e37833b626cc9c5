import { expect, test } from 'vitest';
import { measurePair, noiseOf, ratioOf } from './figures.ts';

test('ratios are taken within pairs: a drift that both sides share does not count', () => {
  const drifting = [1, 2, 4, 8, 16].map((speed) => ({ numerator: 99 * speed, denominator: 100 * speed }));
  const { ratio, pairs, perSecond } = ratioOf(drifting);
  expect(ratio).toEqual({ median: 0.99, lowest: 0.99, highest: 0.99 });
  expect(pairs).toBe(5);
  expect(perSecond).toEqual({ numerator: 396, denominator: 400 });
});

test('a pair that was spoiled shows in the extremes, not in the median', () => {
  const pairs = [1, 1, 1, 1, 0.2].map((numerator) => ({ numerator, denominator: 1 }));
  expect(ratioOf(pairs).ratio).toEqual({ median: 1, lowest: 0.2, highest: 1 });
});

test('the sides of a pair are measured in turn, twice, and who begins changes', async () => {
  const measured: string[] = [];
  const side = (name: string, rates: number[]) => async () => {
    measured.push(name);
    return rates.shift() as number;
  };
  const pair = (index: number) => measurePair(index, { numerator: side('a', [1, 4]), denominator: side('b', [2, 3]) });
  expect(await pair(0)).toEqual({ numerator: 2.5, denominator: 2.5 });
  await pair(1);
  expect(measured.join('')).toBe('abbabaab');
});

test('noise is how far equal trials lie apart, to either side', () => {
  const pairs = [1.02, 0.99, 1.05].map((numerator) => ({ numerator, denominator: 1 }));
  const noise = noiseOf(pairs);
  expect(noise.median).toBeCloseTo(0.02);
  expect(noise.worst).toBeCloseTo(0.05);
  expect(noise.pairs).toBe(3);
});
