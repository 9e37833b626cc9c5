import type { Measurement } from '../../model/measurement.ts';
import type { TruthStats } from './truth.ts';

/** What a driver's rate may be wrong by. */
export const RATE_MAY_DIFFER = 0.01;

/**
 * The shortest and the longest window, µs, in which a driver can have got as many replies as it counted.
 *
 * A closed loop's begins with the first request and lasts until the last counted reply at least; it ends before the next
 * reply (one that was cut off counts by when it was due), else that one would have been counted too. Where no request
 * followed it ends with the last reply. What an open loop starts it waits for: its window lasts from first reply to last
 * one at least, and at most until the start that would have followed.
 */
export function fittingWindow(
  { arrivalsUs, delaysUs, unansweredUs }: TruthStats,
  counted: number,
  intervalUs: number | null,
): { leastUs: number; mostUs: number } {
  const ends = arrivalsUs.map((us, i) => us + (delaysUs[i] as number)).sort((a, b) => a - b);
  const last = ends[counted - 1] ?? Number.NaN;
  if (intervalUs !== null) return { leastUs: last - (ends[0] as number), mostUs: last + intervalUs };
  const next = [...ends.slice(counted, counted + 1), ...unansweredUs.filter((us) => us > last)];
  return { leastUs: last, mostUs: next.length === 0 ? last : Math.min(...next) };
}

/** The driver's rate / the nearest that fits the server's stamps; NaN where neither has a reply. */
export function rateRatio({ requests, windowUs }: Measurement, stats: TruthStats, intervalUs: number | null): number {
  const counted = Math.min(requests.completed, stats.replies);
  const { leastUs, mostUs } = fittingWindow(stats, counted, intervalUs);
  const truth = counted / Math.min(mostUs, Math.max(leastUs, windowUs));
  return requests.completed / windowUs / truth;
}
