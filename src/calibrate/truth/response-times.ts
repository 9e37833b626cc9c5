import { dueTimes } from '../../drivers/external/schedule.ts';
import type { TruthStats } from './truth.ts';

/**
 * An open loop's response times by the server's stamps, µs: from when each request was due to when its reply was written.
 * Due by the latest schedule with this interval that no arrival precedes; requests are its starts in the order of arrival.
 */
export function responseTimesUs({ arrivalsUs, delaysUs }: TruthStats, intervalUs: number): number[] {
  const came = arrivalsUs.map((us, i) => ({ us, endUs: us + (delaysUs[i] as number) })).sort((a, b) => a.us - b.us);
  const due = dueTimes(
    came.map(({ us }, index) => ({ index, startUs: us })),
    intervalUs,
  );
  return came.map(({ endUs }, i) => endUs - (due[i] as number));
}
