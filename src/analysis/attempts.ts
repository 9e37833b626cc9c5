import type { TrialRecord } from '../model/record.ts';

/** The records of one cell: those that stand for its trials, in the order of the trials, and how many ran again. */
export interface CellRecords {
  standing: TrialRecord[];
  requeued: number;
}

/**
 * Groups records by cell. The last attempt stands for its trial, better or worse: choosing the better one would bias the
 * number. Only an attempt that was aborted, which says nothing, gives way to an earlier one.
 */
export function recordsByCell(records: readonly TrialRecord[]): Map<string, CellRecords> {
  const cells = new Map<string, Map<number, TrialRecord>>();
  const again = new Map<string, Set<number>>();
  for (const record of records) {
    const trials = cells.get(record.cell) ?? new Map<number, TrialRecord>();
    cells.set(record.cell, trials);
    const known = trials.get(record.trial);
    if (known === undefined || supersedes(record, known)) trials.set(record.trial, record);
    if (record.attempt > 1) again.set(record.cell, (again.get(record.cell) ?? new Set()).add(record.trial));
  }
  return new Map(
    [...cells].map(([cell, trials]) => [
      cell,
      { standing: [...trials.values()].sort((a, b) => a.trial - b.trial), requeued: again.get(cell)?.size ?? 0 },
    ]),
  );
}

/** Positions in a run are unique and grow, so that a later attempt has the higher one. */
function supersedes(a: TrialRecord, b: TrialRecord): boolean {
  const [aborted, other] = [a.outcome.kind === 'aborted', b.outcome.kind === 'aborted'];
  return aborted === other ? a.sequence > b.sequence : other;
}
