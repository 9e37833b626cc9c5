import type { Measurement } from '../model/measurement.ts';
import type { Cell, Plan, ServerPlan } from '../model/plan.ts';
import type { Observation, TrialRecord } from '../model/record.ts';

/** A trial that gave a measurement, with what was planned for it: all that a trial's caveats are functions of. */
export interface MeasuredTrial {
  record: TrialRecord;
  measurement: Measurement;
  /** null: not observed, which is not 0. */
  observation: Observation | null;
  cell: Cell;
  server: ServerPlan | null;
  plan: Plan;
}

/** null when the record has no measurement, or its cell is none of the plan's. */
export function measuredTrial(record: TrialRecord, plan: Plan): MeasuredTrial | null {
  const cell = plan.cells.find((one) => one.id === record.cell);
  if (cell === undefined || record.outcome.kind !== 'measured') return null;
  const { measurement } = record.outcome;
  const server = plan.servers.find((one) => one.name === cell.server) ?? null;
  return { record, measurement, observation: record.observation, cell, server, plan };
}

/** Completed requests a second. */
export const rateOf = ({ requests, windowUs }: Measurement): number => (requests.completed * 1e6) / windowUs;
