import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCounts, encodeHistogram, histogramOf } from './histogram.ts';
import { COUNTERS, counterOf, lowestOf } from './histogram-counter.ts';

/** Some of every order of magnitude, and what lies beyond on either side. */
const latency = fc
  .tuple(fc.integer({ min: 0, max: 32 }), fc.double({ min: 0, max: 1.999, noNaN: true }))
  .map(([doublings, part]) => 2 ** doublings * part);

test('a counter begins with its lowest latency', () => {
  fc.assert(
    fc.property(latency, (us) => {
      const counter = counterOf(us);
      const lowest = lowestOf(counter);
      expect(counter).toBeLessThan(COUNTERS);
      expect(lowest).toBeLessThanOrEqual(Math.max(1, us + 0.5));
      expect(counterOf(lowest)).toBe(counter);
      if (lowest > 1) expect(counterOf(lowest - 1)).toBe(counter - 1);
    }),
    { numRuns: 1_000 },
  );
});

test('what is counted by them is stored as the latencies themselves are', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), (all) => {
      const counts = all.map((us): [number, number] => [lowestOf(counterOf(us)), 1]);
      expect(encodeCounts(counts)).toBe(encodeHistogram(histogramOf(all)));
    }),
  );
});
