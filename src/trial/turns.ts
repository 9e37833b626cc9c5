import type { TrialSlot } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';

/** One attempt at a trial. */
export interface Turn {
  slot: TrialSlot;
  /** 1, or 2 where the machine around it spoiled the first. */
  attempt: number;
}

/**
 * What is left of a plan's order when `known` is already there: trials without a record of an attempt that came to its
 * end, in the order of the plan, then second attempts that were due and not made, in the order of the first ones. So a
 * run that was killed anywhere goes on as it would have gone on.
 */
export function turnsLeft(
  order: readonly TrialSlot[],
  known: readonly TrialRecord[],
  isSpoiled: (record: TrialRecord) => boolean,
): Turn[] {
  const last = new Map<string, TrialRecord>();
  for (const record of known) {
    const before = last.get(keyOf(record));
    const later = before === undefined || record.attempt > before.attempt;
    if (record.outcome.kind !== 'aborted' && later) last.set(keyOf(record), record);
  }
  const missing = order.filter((slot) => !last.has(keyOf(slot))).map((slot) => ({ slot, attempt: 1 }));
  const planned = new Map(order.map((slot) => [keyOf(slot), slot]));
  const due = [...last.values()]
    .filter((record) => record.attempt === 1 && isSpoiled(record))
    .sort((a, b) => a.sequence - b.sequence)
    .flatMap((record) => planned.get(keyOf(record)) ?? [])
    .map((slot) => ({ slot, attempt: 2 }));
  return [...missing, ...due];
}

/** The position of the next record: past all that are there, also where one was taken out. */
export const nextSequence = (known: readonly TrialRecord[]): number =>
  known.reduce((next, { sequence }) => Math.max(next, sequence + 1), 0);

const keyOf = (one: { cell: string; trial: number }): string => `${one.cell} ${one.trial}`;
