import { expect, test } from 'vitest';
import type { TrialEvent } from '../trial/context.ts';
import type { Printer } from './print.ts';
import { showProgress } from './progress.ts';

/** What the terminal's last line shows after each event, of a run of three trials. */
function shown(plannedMs: number | null): { status: string[]; lines: string[] } {
  const status: string[] = [];
  const lines: string[] = [];
  let ms = 0;
  const printer: Printer = {
    live: true,
    line: (text) => void lines.push(text),
    result: () => undefined,
    paint: (_, text) => text,
    status: (text) => void status.push(text),
  };
  const show = showProgress(printer, () => ms);
  const about = (done: number) => ({ slot: { cell: 'a', trial: 1 }, cell: { id: 'a' }, total: 3, done });
  show({ kind: 'run-started', plannedMs });
  show({ kind: 'trial-started', attempt: 1, ...about(0) } as TrialEvent);
  show({ kind: 'phase', phase: 'window' });
  show({ kind: 'rate', perSecond: 1_234.5, exact: false });
  ms = 12_000;
  show({ kind: 'trial-ended', good: true, summary: 'x', ...about(1) } as TrialEvent);
  show({ kind: 'trial-started', attempt: 1, ...about(1) } as TrialEvent);
  return { status: status.map((text) => text.trim()), lines };
}

test('before the first trial has ended the time left is the plan’s, then the trials’', () => {
  const { status, lines } = shown(33_000);
  expect(status.slice(0, 3)).toEqual([
    '[1/3, about 33 s left] a trial 1:',
    '[1/3, about 33 s left] a trial 1: window',
    '[1/3, about 33 s left] a trial 1: window, about 1,235 requests/s',
  ]);
  expect(lines).toEqual(['[1/3, 24 s left] a trial 1: ok, x']);
  expect(status[3]).toBe('[2/3, 24 s left] a trial 1:');
});

test('a plan that does not tell how long it takes has no time left until a trial has ended', () => {
  const { status, lines } = shown(null);
  expect(status[0]).toBe('[1/3] a trial 1:');
  expect(lines).toEqual(['[1/3, 24 s left] a trial 1: ok, x']);
});
