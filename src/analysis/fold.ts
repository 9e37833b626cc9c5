import type { TrialRecord } from '../model/record.ts';
import type { Results } from '../model/result.ts';
import type { RunFile } from '../model/run.ts';
import { recordsByCell } from './attempts.ts';
import { foldCell } from './cell-result.ts';
import { compareWithBaseline } from './comparisons.ts';
import { checkThresholds } from './thresholds.ts';

/** Records to results: pure, and the order of the records does not matter. `finishedAt` is ISO 8601. */
export function foldResults(run: RunFile, records: readonly TrialRecord[], finishedAt: string): Results {
  const { plan } = run;
  const byCell = recordsByCell(records);
  const folded = plan.cells.map((cell) => foldCell(cell, run, byCell.get(cell.id) ?? { standing: [], requeued: 0 }));
  const cells = folded.map(({ result }) => result);
  const counting = new Map(folded.map((one) => [one.result.id, one.counting]));
  return {
    schemaVersion: 1,
    loadcell: run.loadcell,
    experiment: { name: plan.experiment.name, title: plan.experiment.title, digest: plan.experiment.digest },
    run: {
      id: run.id,
      startedAt: run.startedAt,
      finishedAt,
      seed: plan.seed,
      quick: plan.quick,
      complete: isComplete(run, byCell),
      isolation: isolationOf(records),
    },
    machine: run.machine,
    cells,
    comparisons: compareWithBaseline(plan, (cell) => counting.get(cell) ?? []),
    thresholds: checkThresholds(plan.thresholds, cells),
  };
}

/** Every slot of the order that could run has a record of a trial that came to its end, well or badly. */
function isComplete(run: RunFile, byCell: ReturnType<typeof recordsByCell>): boolean {
  return run.plan.order
    .filter(({ cell }) => run.notRun[cell] === undefined)
    .every(({ cell, trial }) =>
      byCell.get(cell)?.standing.some((record) => record.trial === trial && record.outcome.kind !== 'aborted'),
    );
}

function isolationOf(records: readonly TrialRecord[]): Results['run']['isolation'] {
  const kinds = new Set(records.flatMap(({ stage }) => stage?.kind ?? []));
  return kinds.size > 1 ? 'mixed' : ([...kinds][0] ?? 'none');
}
