import type { TrialRecord } from '../model/record.ts';

/** When a run ended, as far as its records tell: the last trial's start and steps. ISO 8601; null without a record. */
export function lastRecordAt(records: readonly TrialRecord[]): string | null {
  const last = records.at(-1);
  if (last === undefined) return null;
  const tookMs = Object.values(last.stepsMs).reduce((sum, ms) => sum + ms, 0);
  return new Date(Date.parse(last.startedAt) + tookMs).toISOString();
}
