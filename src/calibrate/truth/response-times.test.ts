import { expect, test } from 'vitest';
import { responseTimesUs } from './response-times.ts';
import { newStats, percentileUs, type TruthStats } from './truth.ts';

/** A stall from 0.5 to 1.5 s over 600 starts in 3 s, replies in the order in which they were written. */
function stalled(arrivalUs: (due: number) => number): TruthStats {
  const requests = Array.from({ length: 600 }, (_, i) => arrivalUs(i * 5_000)).map((us) => {
    const held = us >= 500_000 && us < 1_500_000;
    return { us, delayUs: (held ? 1_500_000 - us : 0) + 5_000 };
  });
  const written = requests.sort((a, b) => a.us + a.delayUs - b.us - b.delayUs);
  return { ...newStats(), arrivalsUs: written.map(({ us }) => us), delaysUs: written.map(({ delayUs }) => delayUs) };
}

test('a third of all starts wait for the rest of the stall, evenly: the analytic percentiles', () => {
  const times = responseTimesUs(
    stalled((us) => us),
    5_000,
  );
  for (const percent of [75, 90, 99]) {
    const analytic = 5_000 + 1_000_000 * (1 - (100 - percent) / (100 / 3));
    expect(Math.abs(percentileUs(times, percent) - analytic)).toBeLessThanOrEqual(5_000);
  }
  expect(percentileUs(times, 50)).toBe(5_000);
  expect(percentileUs(times, 100)).toBe(1_005_000);
});

test('a generator that holds its starts back while the server stalls does not make the truth smaller', () => {
  const held = responseTimesUs(
    stalled((us) => (us > 500_000 && us < 1_500_000 ? 1_500_000 + us / 1e6 : us)),
    5_000,
  );
  expect(percentileUs(held, 99)).toBeGreaterThan(960_000);
  expect(percentileUs(held, 90)).toBeGreaterThan(690_000);
});
