/**
 * The counters of our histograms (whole µs, three significant digits: 2,048 of 1 µs, then 1,024 for each doubling), without
 * the package that stores them: what a generator counts by while its window runs.
 */
const FINEST = 2_048;
const FINEST_BITS = 11;
const PER_DOUBLING = FINEST / 2;

/** The longest that is told apart, µs: 1 h. */
export const HIGHEST_US = 3_600_000_000;

/** How many counters there are. */
export const COUNTERS = counterOf(HIGHEST_US) + 1;

/** The counter that a latency belongs to; µs are rounded, and 1 at least. */
export function counterOf(us: number): number {
  const whole = Math.min(Math.max(1, Math.round(us)), HIGHEST_US);
  if (whole < FINEST) return whole;
  const doublings = 32 - Math.clz32(whole) - FINEST_BITS;
  return doublings * PER_DOUBLING + Math.floor(whole / 2 ** doublings);
}

/** The lowest whole µs of a counter. */
export function lowestOf(counter: number): number {
  if (counter < FINEST) return counter;
  const doublings = Math.floor(counter / PER_DOUBLING) - 1;
  return (counter - doublings * PER_DOUBLING) * 2 ** doublings;
}
