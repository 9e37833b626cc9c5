import type { Load } from './plan.ts';

/**
 * Length of an open loop's schedule, µs: its time, or until the start behind the last one of its count would be due. null in a
 * closed loop.
 */
export function scheduleUs({ rate, stop }: Load): number | null {
  if (rate === null) return null;
  return stop.kind === 'duration' ? stop.durationMs * 1000 : (stop.requests * 1e6) / rate.perSecond;
}
