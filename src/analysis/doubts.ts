import type { Caveat } from '../model/caveat.ts';
import type { CellTrials } from './caveats/check.ts';
import { CELL_CHECKS, TRIAL_CHECKS } from './caveats/index.ts';
import type { MeasuredTrial } from './measured-trial.ts';
import { isGraver } from './verdict.ts';

/** All caveats of one trial, in the order of the table. */
export const trialCaveats = (trial: MeasuredTrial): Caveat[] =>
  TRIAL_CHECKS.flatMap(({ code, check }) => {
    const doubt = check(trial);
    return doubt === null ? [] : [{ code, ...doubt }];
  });

/** Caveats that only all of a cell's trials together tell. */
export const cellCaveats = (cell: CellTrials): Caveat[] =>
  CELL_CHECKS.flatMap(({ code, check }) => {
    const doubt = check(cell);
    return doubt === null ? [] : [{ code, ...doubt }];
  });

/**
 * One caveat a code: the gravest of the trials, the first of equals, with how many trials have it (`trials`, where there
 * are several trials).
 */
export function mergedCaveats(trials: readonly (readonly Caveat[])[]): Caveat[] {
  const byCode = new Map<string, { caveat: Caveat; count: number }>();
  for (const caveat of trials.flat()) {
    const known = byCode.get(caveat.code);
    if (known === undefined) byCode.set(caveat.code, { caveat, count: 1 });
    else {
      known.count += 1;
      if (isGraver(caveat.severity, known.caveat.severity)) known.caveat = caveat;
    }
  }
  const merged = TRIAL_CHECKS.flatMap(({ code }) => byCode.get(code) ?? []);
  if (trials.length < 2) return merged.map(({ caveat }) => caveat);
  return merged.map(({ caveat, count }) => ({
    ...caveat,
    evidence: { ...caveat.evidence, trials: `${count} of ${trials.length}` },
  }));
}
