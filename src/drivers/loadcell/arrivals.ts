/**
 * Intended starts of an open loop as offsets in µs from the window's start, ascending, without end. Constant: equal gaps
 * (the i-th at i / rate, so that no rounding adds up). Poisson: exponential gaps from the seed, reproducible.
 */
export function* arrivals(
  rate: { perSecond: number; arrivals: 'constant' | 'poisson' },
  seed: number,
): Generator<number, never, void> {
  const gapUs = 1e6 / rate.perSecond;
  if (rate.arrivals === 'constant') for (let i = 0; ; i++) yield i * gapUs;
  const random = uniform(seed);
  let at = 0;
  for (;;) {
    at += -Math.log(1 - random()) * gapUs;
    yield at;
  }
}

/** Uniform numbers in [0, 1) from a 32-bit seed: two draws of splitmix32 make the 53 bits. */
function uniform(seed: number): () => number {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
}
