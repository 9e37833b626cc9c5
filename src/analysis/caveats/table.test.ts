import { describe, expect, test } from 'vitest';
import type { Caveat, Severity } from '../../model/caveat.ts';
import { CASES } from '../fixtures/cases.ts';
import { type Draft, edited } from '../fixtures/clean.ts';
import { foldResults } from '../fold.ts';
import { isGraver } from '../verdict.ts';
import { CELL_CHECKS, TRIAL_CHECKS } from './index.ts';

const entries = [...TRIAL_CHECKS, ...CELL_CHECKS];

/** The caveats of a cell of which the first trial is edited; of a plan for one trial that one alone is folded. */
function caveatsOf(edit: (draft: Draft) => void): Caveat[] {
  const { run, records } = edited(edit);
  const cell = foldResults(run, records.slice(0, run.plan.trials), '2026-11-23T09:06:00.000Z').cells[0];
  return cell?.caveats ?? [];
}

/** Also of the trial that was left out of the cell's numbers, which the cell's caveats do not repeat. */
function severityOf(code: string, edit: (draft: Draft) => void): string | undefined {
  const found = caveatsOf(edit);
  const leftOut = found.find((caveat) => caveat.code === 'trials-left-out')?.evidence.codes;
  if (
    String(leftOut ?? '')
      .split(', ')
      .includes(code)
  )
    return 'invalid';
  return found.find((caveat) => caveat.code === code)?.severity;
}

describe('each caveat has a record that raises it and one just short of it', () => {
  for (const [index, { code, severity, raises, short }] of CASES.entries()) {
    test(`${code}, ${severity} (case ${index})`, () => {
      expect(severityOf(code, raises)).toBe(severity);
      const less = severityOf(code, short);
      expect(less === undefined || isGraver(severity, less as Severity), `short of it: ${less}`).toBe(true);
    });
  }
});

test('a quiet run of a good server raises nothing at all', () => {
  expect(caveatsOf(() => {})).toEqual([]);
});

test('every entry has a case, words for the reference, and a code of its own', () => {
  const codes = entries.map(({ code }) => code);
  expect(codes.filter((code) => !CASES.some((one) => one.code === code))).toEqual([]);
  expect(new Set(codes).size).toBe(codes.length);
  for (const { code, reveals, source } of entries) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(reveals.length).toBeGreaterThan(40);
    expect(source.length).toBeGreaterThan(10);
  }
});

test('messages and next steps are sentences; messages hold no figure of the run', () => {
  for (const { raises } of CASES) {
    for (const { message, nextStep } of caveatsOf(raises)) {
      expect(message).toMatch(/^[A-Zl].*\.$/);
      expect(nextStep).toMatch(/^[A-Z].*\.$/s);
      expect(message).not.toMatch(/\d/);
      expect(message + nextStep, 'plain text: the report escapes it').not.toContain('`');
    }
  }
});
