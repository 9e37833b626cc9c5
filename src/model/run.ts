import type { CitedCalibration } from './calibration.ts';
import type { Problem } from './errors.ts';
import type { MachineFacts } from './machine.ts';
import type { Plan, PlanChanges } from './plan.ts';

/** `run.json`: everything about a run that is known before its first trial. With `trials.jsonl` it is all a report needs. */
export interface RunFile {
  schemaVersion: 1;
  id: string;
  /** ISO 8601. */
  startedAt: string;
  loadcell: string;
  plan: Plan;
  /** What the command line of its first start said about the plan. Absent: written before this was kept. */
  options?: PlanChanges;
  machine: MachineFacts;
  isolation: { kind: 'namespace' | 'host'; rootless: boolean; reason: string };
  servers: Record<string, ServerFacts>;
  drivers: Record<string, { version: string }>;
  git: { commit: string; dirty: boolean } | null;
  /** Preflight problems that `--relax` let pass. */
  relaxed: Problem[];
  /** Cells that cannot be measured here and why, cell id -> reason (missing command with its install command, ...). */
  notRun: Record<string, string>;
  /** Of the certificate that `loadcell calibrate` wrote for this machine and kernel. null or absent: there is none that holds. */
  calibration?: CitedCalibration | null;
  /** Each time that it was gone on with, in order. Absent: never. */
  resumed?: Sitting[];
}

/** One more start of a run, with `--resume`. */
export interface Sitting {
  /** ISO 8601, wall clock. */
  startedAt: string;
  loadcell: string;
  /** Records that were there by then. */
  trials: number;
  /** What was not as at the run's first start, and was let pass by `--changed`. */
  changed: Problem[];
}

export interface ServerFacts {
  version: string | null;
  /** Files that the writeup shows, as rendered for this run. */
  shown: { name: string; language: string; text: string }[];
  /** argv as it runs, before wraps. */
  command: string[];
}
