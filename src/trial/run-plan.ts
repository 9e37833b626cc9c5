import { contaminated } from '../analysis/contaminated.ts';
import type { Cell, TrialSlot } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { appendRecord } from '../results/journal.ts';
import type { TrialContext } from './context.ts';
import { runTrial } from './trial.ts';

export interface RunOutcome {
  records: TrialRecord[];
  interrupted: boolean;
}

interface Turn {
  slot: TrialSlot;
  attempt: number;
}

/**
 * Runs the plan's trials in order and appends each record before the next trial starts. What another process's load
 * spoiled is run once more, at the end, and both records are kept. `known` are the records of a run that is resumed.
 */
export async function runPlan(
  context: TrialContext,
  known: readonly TrialRecord[],
  notRun: ReadonlySet<string>,
): Promise<RunOutcome> {
  const cells = new Map(context.plan.cells.map((cell) => [cell.id, cell]));
  const done = new Set(known.filter((record) => record.outcome.kind !== 'aborted').map((record) => keyOf(record)));
  const turns: Turn[] = context.plan.order
    .filter((slot) => !notRun.has(slot.cell) && !done.has(keyOf(slot)))
    .map((slot) => ({ slot, attempt: 1 }));
  const records = [...known];
  let ended = 0;
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    if (context.signal.aborted) return { records, interrupted: true };
    const cell = cells.get(turn.slot.cell) as Cell;
    const progress = { slot: turn.slot, cell, done: ended, total: ended + turns.length + 1 };
    context.onEvent({ kind: 'trial-started', attempt: turn.attempt, ...progress });
    const record = await runTrial(context, cell, turn.slot, { sequence: records.length, attempt: turn.attempt });
    if (context.signal.aborted) return { records, interrupted: true };
    await appendRecord(context.host, context.folder.trials, record);
    records.push(record);
    ended += 1;
    if (turn.attempt === 1 && contaminated(record, context.plan)) turns.push({ slot: turn.slot, attempt: 2 });
    context.onEvent({
      kind: 'trial-ended',
      ...progress,
      done: ended,
      good: isGood(record),
      summary: summaryOf(record),
    });
  }
  return { records, interrupted: false };
}

const keyOf = (one: { cell: string; trial: number }): string => `${one.cell} ${one.trial}`;
const isGood = (record: TrialRecord): boolean => record.outcome.kind === 'measured';

function summaryOf(record: TrialRecord): string {
  const { outcome } = record;
  if (outcome.kind !== 'measured') return outcome.reason;
  const { requests, windowUs } = outcome.measurement;
  return `${Math.round((requests.completed * 1e6) / windowUs).toLocaleString('en')} requests/s`;
}
