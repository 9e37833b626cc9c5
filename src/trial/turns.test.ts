import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrialSlot } from '../model/plan.ts';
import type { Outcome, TrialRecord } from '../model/record.ts';
import { nextSequence, type Turn, turnsLeft } from './turns.ts';

const FAILED: Outcome = { kind: 'server-failed', code: 'server-exited', reason: 'canned' };

const recordOf = (turn: Turn, sequence: number, outcome: Outcome = FAILED): TrialRecord => ({
  schemaVersion: 1,
  ...turn.slot,
  attempt: turn.attempt,
  sequence,
  startedAt: '2026-01-01T00:00:00.000Z',
  outcome,
  stage: null,
  proofs: [],
  replies: [],
  observation: null,
  stepsMs: {},
  server: null,
  serverLog: '',
  logs: [],
});
const nameOf = (one: { cell: string; trial: number; attempt: number }): string =>
  `${one.cell} ${one.trial} ${one.attempt}`;

/** A run that goes on from `known` as runPlan does: a first attempt that was spoiled is pushed behind all others. */
function finish(
  order: readonly TrialSlot[],
  known: readonly TrialRecord[],
  spoiled: ReadonlySet<string>,
): TrialRecord[] {
  const isSpoiled = (record: TrialRecord): boolean => spoiled.has(nameOf(record));
  const turns = turnsLeft(order, known, isSpoiled);
  const records = [...known];
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    const record = recordOf(turn, nextSequence(records));
    records.push(record);
    if (turn.attempt === 1 && isSpoiled(record)) turns.push({ slot: turn.slot, attempt: 2 });
  }
  return records;
}

const plans = fc
  .record({ cells: fc.integer({ min: 1, max: 4 }), trials: fc.integer({ min: 1, max: 4 }) })
  .map(({ cells, trials }) =>
    Array.from({ length: trials }, (_, block) =>
      Array.from({ length: cells }, (__, cell): TrialSlot => ({ cell: `cell-${cell}`, trial: block + 1 })),
    ).flat(),
  )
  .chain((slots) =>
    fc.record({
      order: fc.shuffledSubarray(slots, { minLength: slots.length }),
      spoiled: fc.subarray(slots.flatMap((slot) => [1, 2].map((attempt) => nameOf({ ...slot, attempt })))),
      cut: fc.nat(),
    }),
  );

test('a run cut after any record goes on to the very records that it would have had', () => {
  fc.assert(
    fc.property(plans, ({ order, spoiled, cut }) => {
      const whole = finish(order, [], new Set(spoiled));
      const known = whole.slice(0, cut % (whole.length + 1));
      expect(finish(order, known, new Set(spoiled))).toEqual(whole);
    }),
  );
});

const slots: TrialSlot[] = ['a', 'b', 'c'].map((cell) => ({ cell, trial: 1 }));
const [a, b] = slots as [TrialSlot, TrialSlot];

test('a second attempt that was due when the run died is made, and only that', () => {
  const known = slots.map((slot, n) => recordOf({ slot, attempt: 1 }, n));
  const isSpoiled = ({ cell }: TrialRecord): boolean => cell !== 'c';
  expect(turnsLeft(slots, known, isSpoiled)).toEqual([
    { slot: a, attempt: 2 },
    { slot: b, attempt: 2 },
  ]);
  const again = [...known, recordOf({ slot: a, attempt: 2 }, 3)];
  expect(turnsLeft(slots, again, isSpoiled)).toEqual([{ slot: b, attempt: 2 }]);
});

test('an aborted attempt says nothing: its trial is made again', () => {
  const aborted: Outcome = { kind: 'aborted', reason: 'canned' };
  expect(turnsLeft([a], [recordOf({ slot: a, attempt: 1 }, 0, aborted)], () => false)).toEqual([
    { slot: a, attempt: 1 },
  ]);
  const second = [recordOf({ slot: a, attempt: 1 }, 0), recordOf({ slot: a, attempt: 2 }, 1, aborted)];
  expect(turnsLeft([a], second, () => true)).toEqual([{ slot: a, attempt: 2 }]);
});

test('numbers go on past the highest, also where a record was taken out of the file', () => {
  const known = [0, 4, 2].map((sequence) => recordOf({ slot: a, attempt: 1 }, sequence));
  expect(nextSequence(known)).toBe(5);
  expect(nextSequence([])).toBe(0);
});
