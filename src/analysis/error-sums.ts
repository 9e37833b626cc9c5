import { errorTotal, type Measurement } from '../model/measurement.ts';
import type { CellResult } from '../model/result.ts';

/** Errors summed over trials. A reply that is wrong in status and in body is one error in `total`. */
export function errorSums(measurements: readonly Measurement[]): CellResult['errors'] {
  const sum = (of: (one: Measurement) => number): number => measurements.reduce((total, one) => total + of(one), 0);
  return {
    total: sum((one) => errorTotal(one.errors) + Math.max(non2xx(one), one.mismatchedBodies ?? 0)),
    connect: sum(({ errors }) => errors.connect),
    reset: sum(({ errors }) => errors.reset),
    timeout: sum(({ errors }) => errors.timeout),
    resource: sum(({ errors }) => errors.resource),
    other: sum(({ errors }) => errors.other),
    non2xx: sum(non2xx),
    mismatched: sum((one) => one.mismatchedBodies ?? 0),
  };
}

/** Replies whose status is none of 200 to 299. Drivers name a status (`503`) or classes (`2xx`, `non-2xx`; wrk's `2xx-3xx` passes). */
const non2xx = ({ statusCounts }: Pick<Measurement, 'statusCounts'>): number =>
  Object.entries(statusCounts).reduce((sum, [status, count]) => sum + (/^2(\d\d|xx.*)$/.test(status) ? 0 : count), 0);

/** `30 connect, 2 timeout`. */
export const describeErrors = (errors: Readonly<Record<string, number>>): string =>
  Object.entries(errors)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
