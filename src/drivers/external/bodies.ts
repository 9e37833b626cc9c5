/**
 * Of replies whose bodies are `bytes` long together, how many at least have not the expected length: one that is too short
 * lacks no more than the whole, one that is too long may have any surplus.
 */
export function differAtLeast(bytes: number, replies: number, expected: number): number {
  const surplus = bytes - replies * expected;
  if (surplus >= 0) return surplus === 0 ? 0 : 1;
  return Math.ceil(-surplus / expected);
}
