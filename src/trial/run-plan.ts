import { contaminated } from '../analysis/contaminated.ts';
import { trialCaveats } from '../analysis/doubts.ts';
import { measuredTrial } from '../analysis/measured-trial.ts';
import { verdictOf } from '../analysis/verdict.ts';
import type { Cell, Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { appendRecord } from '../results/journal.ts';
import type { TrialContext } from './context.ts';
import { plannedTime, sumOrNull } from './planned-time.ts';
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
  const plannedMs = turns.map(({ slot }) => plannedTime((cells.get(slot.cell) as Cell).load));
  context.onEvent({ kind: 'run-started', plannedMs: sumOrNull(plannedMs) });
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
      ...toldOf(record, context.plan),
    });
  }
  return { interrupted: false, trials: ended };
}

/** What progress says of a trial: its rate with the doubts about it, so that no bad number is called good on the way. */
function toldOf(record: TrialRecord, plan: Plan): { good: boolean; summary: string } {
  const { outcome } = record;
  if (outcome.kind !== 'measured') return { good: false, summary: outcome.reason };
  const { requests, windowUs } = outcome.measurement;
  const rate = `${Math.round((requests.completed * 1e6) / windowUs).toLocaleString('en')} requests/s`;
  const trial = measuredTrial(record, plan);
  const caveats = trial === null ? [] : trialCaveats(trial);
  const verdict = verdictOf(caveats);
  const codes = caveats.filter(({ severity }) => severity === verdict).map(({ code }) => code);
  return {
    good: verdict !== 'invalid',
    summary: codes.length === 0 ? rate : `${rate}, ${verdict}: ${codes.join(', ')}`,
  };
}
