import { contaminated } from '../analysis/contaminated.ts';
import type { Cell } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { appendRecord } from '../results/journal.ts';
import type { TrialContext } from './context.ts';
import { runTrial } from './trial.ts';
import { nextSequence, turnsLeft } from './turns.ts';

export interface RunOutcome {
  interrupted: boolean;
  /** Records that it appended. */
  trials: number;
}

/**
 * Runs the plan's trials in order and appends each record before the next trial starts. What another process's load
 * spoiled is run once more, at the end, and both records are kept. `known` are the records of a run that is resumed.
 *
 * No record is held once it is in the journal: a run of thousands of trials needs no more memory in its last window than
 * in its first. Whoever folds them reads them there.
 */
export async function runPlan(
  context: TrialContext,
  known: readonly TrialRecord[],
  notRun: ReadonlySet<string>,
  trial: typeof runTrial = runTrial,
): Promise<RunOutcome> {
  const cells = new Map(context.plan.cells.map((cell) => [cell.id, cell]));
  const order = context.plan.order.filter((slot) => !notRun.has(slot.cell));
  const turns = turnsLeft(order, known, (record) => contaminated(record, context.plan));
  const first = nextSequence(known);
  let ended = 0;
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    if (context.signal.aborted) return { interrupted: true, trials: ended };
    const cell = cells.get(turn.slot.cell) as Cell;
    const progress = { slot: turn.slot, cell, done: ended, total: ended + turns.length + 1 };
    context.onEvent({ kind: 'trial-started', attempt: turn.attempt, ...progress });
    const place = { sequence: first + ended, attempt: turn.attempt };
    const record = await trial(context, cell, turn.slot, place);
    if (context.signal.aborted) return { interrupted: true, trials: ended };
    await appendRecord(context.host, context.folder.trials, record);
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
  return { interrupted: false, trials: ended };
}

const isGood = (record: TrialRecord): boolean => record.outcome.kind === 'measured';

function summaryOf(record: TrialRecord): string {
  const { outcome } = record;
  if (outcome.kind !== 'measured') return outcome.reason;
  const { requests, windowUs } = outcome.measurement;
  return `${Math.round((requests.completed * 1e6) / windowUs).toLocaleString('en')} requests/s`;
}
