import type { Load } from '../../model/plan.ts';

/** A start later than this after its intended time is missed, as the built-in driver has it. */
const LATE_US = 1_000;

/** Constant arrivals as generators are told of them: a whole number of ns from one to the next. */
export interface Schedule {
  intervalUs: number;
  /** Starts that the load asks for. */
  starts: number;
  /** A duration that ends between the last of these starts and the next one that is not to be made, ns. */
  durationNs: number;
}

/** The first start is at 0; a load for a time has those before its end. */
export function scheduleOf({ rate, stop }: Load): Schedule | null {
  if (rate === null) return null;
  const intervalNs = Math.floor(1e9 / rate.perSecond);
  const starts = stop.kind === 'requests' ? stop.requests : Math.ceil((stop.durationMs * 1e6) / (1e9 / rate.perSecond));
  return { intervalUs: intervalNs / 1000, starts, durationNs: Math.round((starts - 0.5) * intervalNs) };
}

/**
 * When the n-th start was due, µs: of all schedules with this interval the latest one that no start precedes. So the start
 * that was least late counts as in time.
 */
export function dueTimes(starts: readonly { index: number; startUs: number }[], intervalUs: number): Float64Array {
  let origin = Number.POSITIVE_INFINITY;
  for (const { index, startUs } of starts) origin = Math.min(origin, startUs - index * intervalUs);
  return Float64Array.from(starts, ({ index }) => origin + index * intervalUs);
}

export interface Missed {
  late: number;
  unsent: number;
  latestUs: number;
}

export function missedOf(
  made: readonly { dueUs: number; startUs: number }[],
  unsent: number,
  lateUs = LATE_US,
): Missed {
  let [late, latestUs] = [0, 0];
  for (const { dueUs, startUs } of made) {
    if (startUs - dueUs > lateUs) late += 1;
    if (startUs - dueUs > latestUs) latestUs = startUs - dueUs;
  }
  return { late, unsent, latestUs };
}

export function missedNotes({ late, unsent, latestUs }: Missed, lateUs = LATE_US): string[] {
  if (late + unsent === 0) return [];
  const most = (latestUs / 1000).toFixed(1);
  return [
    `Of the intended starts ${late} were made more than ${lateUs / 1000} ms late (at most ${most} ms; their latency counts from the intended start) and ${unsent} were never made.`,
  ];
}
