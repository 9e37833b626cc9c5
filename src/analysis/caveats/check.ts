import type { Caveat, Severity } from '../../model/caveat.ts';
import type { Cell } from '../../model/plan.ts';
import type { TrialRecord } from '../../model/record.ts';
import type { RunFile } from '../../model/run.ts';
import type { MeasuredTrial } from '../measured-trial.ts';

/** What a check found: a caveat without its code. Messages hold no figures, so that cells with the same doubt stand together. */
export type Doubt = Omit<Caveat, 'code'>;

/** What every entry of the table tells of itself, for the generated reference (Markdown). */
interface Described {
  /** Stable kebab-case code. */
  code: string;
  /** What it reveals, how it is seen, and why its limit stands where it does. */
  reveals: string;
  /** Where that comes from: a manual, a kernel document, a paper, or a measurement. */
  source: string;
}

/** A doubt about one trial: a pure function of what was recorded of it. */
export interface TrialCheck extends Described {
  /** Set when it tells of the machine around the trial and not of server, load or settings: worth another attempt. */
  environmental?: true;
  check(trial: MeasuredTrial): Doubt | null;
}

/** A cell with its trials: the measured ones that its numbers are made of, and the records of all. */
export interface CellTrials {
  cell: Cell;
  run: RunFile;
  /** Those that the numbers are made of. */
  trials: readonly MeasuredTrial[];
  /** Codes of the invalid caveats of each measured trial that was left out of the numbers. */
  leftOut: readonly (readonly string[])[];
  /** Records that stand for a trial of this cell, measured or not. */
  records: readonly TrialRecord[];
}

/** A doubt about a cell's numbers that no single trial tells. */
export interface CellCheck extends Described {
  check(cell: CellTrials): Doubt | null;
}

export const doubt = (severity: Severity, message: string, evidence: Caveat['evidence'], nextStep: string): Doubt => ({
  severity,
  message,
  evidence,
  nextStep,
});

/** Part of a whole; 0 of nothing. */
export const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
