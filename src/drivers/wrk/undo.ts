/**
 * Undoes wrk's correction for coordinated omission, exactly. With E = floor(duration / floor(requests / connections)) wrk
 * adds, for every sample x >= 2E, samples at x - E, x - 2E, ... above E (wrk.c, `main`; stats.c, `stats_correct`). So with
 * c the counts it shows: raw(v) = c(v) - c(v + E) for v > E, and c(v) below. A closed loop has no intended starts that
 * could be made up for; the figure that it did measure is what we want.
 *
 * @param shown ascending µs with counts.
 * @param connections as given by -c.
 * @returns ascending µs with counts, those that were made up gone. A negative count means that the figures are not wrk's.
 */
export function undoCorrection(
  shown: readonly (readonly [us: number, count: number])[],
  durationUs: number,
  requests: number,
  connections: number,
): [us: number, count: number][] {
  const each = Math.floor(requests / connections);
  if (each === 0) return shown.map(([us, count]) => [us, count]);
  const interval = Math.floor(durationUs / each);
  const countAt = new Map(shown);
  const raw: [number, number][] = [];
  for (const [us, count] of shown) {
    const real = us > interval ? count - (countAt.get(us + interval) ?? 0) : count;
    if (real !== 0) raw.push([us, real]);
  }
  return raw;
}
