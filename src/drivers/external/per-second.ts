/**
 * Completed requests in each second of a window; the last one may be a part of a second.
 * @param endsUs when each request was complete, µs since the window's start, in any order.
 */
export function completedPerSecond(endsUs: Iterable<number>, windowUs: number): number[] {
  const series = new Array<number>(Math.max(1, Math.ceil(windowUs / 1e6))).fill(0);
  for (const us of endsUs) {
    const second = Math.min(series.length - 1, Math.max(0, Math.floor(us / 1e6)));
    series[second] = (series[second] as number) + 1;
  }
  return series;
}
