import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellOf, recordOf as cleanRecord, LOAD, runOf } from '../analysis/fixtures/clean.ts';
import { localHost } from '../host/local.ts';
import type { Cell, TrialSlot } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { readJournal } from '../results/journal.ts';
import { runFolder } from '../results/run-folder.ts';
import type { TrialContext } from './context.ts';
import { runPlan } from './run-plan.ts';

let path = '';
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'loadcell-run-plan-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

function contextOf(cells: number, signal = new AbortController().signal): TrialContext {
  const ids = Array.from({ length: cells }, (_, i) => `cell-${i}`);
  const order = ids.map((cell): TrialSlot => ({ cell, trial: 1 }));
  const plan = { cells: ids.map((id) => ({ id, load: LOAD }) as Cell), order, trials: 1, servers: [] };
  const folder = runFolder(path);
  return { host: localHost(), plan, folder, signal, onEvent: () => undefined } as unknown as TrialContext;
}

/** A failed trial's record, as large as a measured one with a distribution and a log. */
const recordOf = (cell: string, sequence: number, attempt: number): TrialRecord => ({
  schemaVersion: 1,
  cell,
  trial: 1,
  attempt,
  sequence,
  startedAt: '2026-01-01T00:00:00.000Z',
  outcome: { kind: 'load-failed', code: 'generator-aborted', reason: 'canned', completed: null },
  stage: null,
  proofs: [],
  replies: [],
  observation: null,
  stepsMs: {},
  server: null,
  serverLog: 'x'.repeat(20_000),
  logs: [],
});

test('a plan of 1,000 cells: every record is in the journal, and next to none is held', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held: WeakRef<TrialRecord>[] = [];
  let atTheEnd = Number.POSITIVE_INFINITY;
  await runPlan(contextOf(1_000), [], new Set(), async (_context, cell, _slot, { sequence, attempt }) => {
    if (sequence === 999) {
      // A weak reference holds until the task that made it is over.
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      atTheEnd = held.filter((ref) => ref.deref() !== undefined).length;
    }
    const record = recordOf(cell.id, sequence, attempt);
    held.push(new WeakRef(record));
    return record;
  });
  expect(atTheEnd).toBeLessThan(5);
  const { records, torn } = await readJournal(localHost(), runFolder(path).trials, contextOf(1_000).plan);
  expect(torn).toBe('');
  expect(records.map((record) => [record.cell, record.sequence])).toEqual(
    Array.from({ length: 1_000 }, (_, i) => [`cell-${i}`, i]),
  );
});

test('a resumed run goes on with the numbers of the one before, and leaves out what it has', async () => {
  const known = [recordOf('cell-0', 0, 1), { ...recordOf('cell-1', 1, 1), outcome: { kind: 'aborted', reason: 'x' } }];
  const seen: [string, number][] = [];
  await runPlan(contextOf(3), known as TrialRecord[], new Set(), async (_context, cell, _slot, { sequence }) => {
    seen.push([cell.id, sequence]);
    return recordOf(cell.id, sequence, 1);
  });
  expect(seen).toEqual([
    ['cell-1', 2],
    ['cell-2', 3],
  ]);
});

test('the time by the plan is of the trials that are left', async () => {
  const told: (number | null)[] = [];
  const context = contextOf(4);
  context.onEvent = (event) => void (event.kind === 'run-started' && told.push(event.plannedMs));
  const run = (notRun: string[]) =>
    runPlan(context, [recordOf('cell-0', 0, 1)], new Set(notRun), async (_context, cell, _slot, { sequence }) =>
      recordOf(cell.id, sequence, 1),
    );
  await run(['cell-1']);
  Object.assign(context.plan.cells[3] as Cell, { load: { ...LOAD, stop: { kind: 'requests', requests: 10 } } });
  await run([]);
  expect(told).toEqual([20_000, null]);
});

test('the trial that was interrupted is not written', async () => {
  const stop = new AbortController();
  const { interrupted } = await runPlan(
    contextOf(3, stop.signal),
    [],
    new Set(),
    async (_context, cell, _slot, place) => {
      if (place.sequence === 1) stop.abort();
      return recordOf(cell.id, place.sequence, 1);
    },
  );
  expect(interrupted).toBe(true);
  expect((await readJournal(localHost(), runFolder(path).trials, contextOf(3).plan)).records).toHaveLength(1);
});

test('what was spoiled when the run died is run again after it is resumed', async () => {
  const { plan } = runOf([cellOf('nginx'), cellOf('python')], 1);
  const [spoiled, good] = plan.cells.map(({ id }, n) => cleanRecord(id, 1, n)) as [TrialRecord, TrialRecord];
  // Somebody else had the machine for a tenth of the window.
  const cpus = spoiled.observation?.cpus ?? {};
  for (const cpu of Object.values(cpus)) cpu.stealMs = 2_000;
  const seen: [string, number, number][] = [];
  await runPlan({ ...contextOf(0), plan }, [spoiled, good], new Set(), async (_context, cell, _slot, place) => {
    seen.push([cell.id, place.attempt, place.sequence]);
    return { ...recordOf(cell.id, place.sequence, place.attempt) };
  });
  expect(seen).toEqual([[spoiled.cell, 2, 2]]);
});
