import type { Load } from '../../model/plan.ts';
import { arrivals } from './arrivals.ts';
import type { Clock } from './ports.ts';
import type { Slot } from './slot.ts';

/** A start later than this after its intended time is missed. */
const LATE_US = 1_000;

type Start = (slot: Slot, intendedUs: number, nowUs: number) => void;

/** Who says when requests start. */
export interface Pace {
  /** @param endUs nothing is started from then on. */
  begin(startUs: number, endUs: number, slots: readonly Slot[], start: Start): void;
  /** A slot can take a request. */
  free(slot: Slot): void;
  /** No request is started any more; those intended before `endUs` and not made are missed. */
  end(endUs: number): void;
  /** Whether all requests that there are to be have been started. */
  readonly ended: boolean;
  /** Length of the schedule so far, µs: its time, or until the next start would be due. 0 in a closed loop, which has none. */
  readonly spanUs: number;
  /** null in a closed loop. */
  missed(): { late: number; unsent: number; latestUs: number } | null;
}

const limitOf = ({ stop }: Load): number => (stop.kind === 'requests' ? stop.requests : Number.POSITIVE_INFINITY);

/**
 * Each slot starts its next request as soon as it is free. All slots start at once, as ab's or wrk's clients do: the window
 * begins with a burst of connects as large as the number of connections.
 */
export function closedLoop(load: Load, clock: Clock): Pace {
  const limit = limitOf(load);
  let started = 0;
  let over = false;
  let deadlineUs = Number.POSITIVE_INFINITY;
  const waiting: Slot[] = [];
  let start: Start = () => undefined;
  const next = (slot: Slot): void => {
    if (over || started >= limit) return;
    const now = clock.now();
    if (now >= deadlineUs) return;
    started += 1;
    start(slot, now, now);
  };
  const flush = (): void => {
    for (const slot of waiting.splice(0)) next(slot);
  };
  return {
    begin(_startUs, endUs, slots, starter) {
      start = starter;
      deadlineUs = endUs;
      for (const slot of slots) next(slot);
    },
    free(slot) {
      if (waiting.push(slot) === 1) clock.soon(flush);
    },
    end() {
      over = true;
    },
    get ended() {
      return over || started >= limit;
    },
    spanUs: 0,
    missed: () => null,
  };
}

/**
 * Requests start when they are due, whatever became of the earlier ones, on the slot that has been free for the longest time.
 * While none is free they wait, in order and without a limit (the schedule itself is the queue); latency counts from the
 * intended start.
 */
export function openLoop(load: Load, rate: NonNullable<Load['rate']>, seed: number, clock: Clock): Pace {
  const schedule = arrivals(rate, seed);
  const limit = limitOf(load);
  const lastUs = load.stop.kind === 'duration' ? load.stop.durationMs * 1000 : Number.POSITIVE_INFINITY;
  const idle: Slot[] = [];
  let start: Start = () => undefined;
  let startUs = 0;
  let deadlineUs = Number.POSITIVE_INFINITY;
  let started = 0;
  let late = 0;
  let latestUs = 0;
  let unsent = 0;
  let over = false;
  let next = schedule.next().value;
  let disarm: (() => void) | null = null;

  const exhausted = (): boolean => started >= limit || next >= lastUs;

  const pump = (): void => {
    disarm?.();
    disarm = null;
    while (!over && !exhausted() && idle.length > 0) {
      const now = clock.now();
      if (now >= deadlineUs) return;
      const intended = startUs + next;
      if (intended > now) {
        disarm = clock.at(intended, pump);
        return;
      }
      if (now - intended > LATE_US) late += 1;
      latestUs = Math.max(latestUs, now - intended);
      started += 1;
      next = schedule.next().value;
      start(idle.shift() as Slot, intended, now);
    }
  };

  return {
    begin(beginUs, endUs, slots, starter) {
      start = starter;
      deadlineUs = endUs;
      startUs = beginUs;
      idle.push(...slots);
      pump();
    },
    free(slot) {
      idle.push(slot);
      // With other slots idle the timer for the next start is armed already.
      if (idle.length === 1) clock.soon(pump);
    },
    end(endUs) {
      if (over) return;
      over = true;
      disarm?.();
      while (!exhausted() && startUs + next < endUs) {
        unsent += 1;
        next = schedule.next().value;
      }
    },
    get ended() {
      return over || exhausted();
    },
    get spanUs() {
      return lastUs < Number.POSITIVE_INFINITY ? lastUs : next;
    },
    missed: () => ({ late, unsent, latestUs }),
  };
}
