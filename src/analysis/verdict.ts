import type { Caveat, Severity, Verdict } from '../model/caveat.ts';

const WEIGHT: Readonly<Record<Severity, number>> = { note: 0, suspect: 1, invalid: 2 };

/** Whether `a` takes more from a number than `b`. */
export const isGraver = (a: Severity, b: Severity): boolean => WEIGHT[a] > WEIGHT[b];

/** The fold of the caveats: the gravest one rules; notes leave a number valid. */
export function verdictOf(caveats: readonly Pick<Caveat, 'severity'>[]): Exclude<Verdict, 'not-run'> {
  const severities = new Set(caveats.map(({ severity }) => severity));
  if (severities.has('invalid')) return 'invalid';
  return severities.has('suspect') ? 'suspect' : 'valid';
}
