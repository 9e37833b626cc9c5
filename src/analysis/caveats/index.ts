import type { CellCheck, TrialCheck } from './check.ts';

/** Every doubt about a trial. A new one is a file and a line here. */
export const TRIAL_CHECKS: readonly TrialCheck[] = [];

/** Every doubt about a cell. */
export const CELL_CHECKS: readonly CellCheck[] = [];
