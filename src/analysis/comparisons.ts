import type { Cell, Plan } from '../model/plan.ts';
import type { Comparison } from '../model/result.ts';
import { estimateOf } from './estimate.ts';
import { type MeasuredTrial, rateOf } from './measured-trial.ts';

/**
 * Each cell against the baseline's cell of the same load: the median of the ratios of trials with the same number, which
 * ran in the same block, so that a slow drift of the machine falls out. (One that was requeued ran later; it keeps its
 * number.) A cell without a trial that counts is compared with nothing.
 */
export function compareWithBaseline(
  plan: Plan,
  countingTrials: (cell: string) => readonly MeasuredTrial[],
): Comparison[] {
  const { baseline } = plan;
  if (baseline === null) return [];
  return plan.cells.flatMap((cell) => {
    const other = baselineOf(cell, plan.cells, baseline);
    if (other === null || other.id === cell.id) return [];
    const rates = new Map(
      countingTrials(other.id).map(({ record, measurement }) => [record.trial, rateOf(measurement)]),
    );
    const ratios = countingTrials(cell.id).flatMap(({ record, measurement }) => {
      const rate = rates.get(record.trial);
      return rate === undefined || rate <= 0 ? [] : [rateOf(measurement) / rate];
    });
    const ratio = estimateOf(ratios);
    return ratio === null ? [] : [{ cell: cell.id, baseline: other.id, metric: 'requestsPerSecond' as const, ratio }];
  });
}

function baselineOf(cell: Cell, cells: readonly Cell[], baseline: NonNullable<Plan['baseline']>): Cell | null {
  const server = baseline.server ?? cell.server;
  const environment = baseline.environment ?? cell.environment;
  const load = JSON.stringify(cell.load);
  return (
    cells.find(
      (one) => one.server === server && one.environment === environment && JSON.stringify(one.load) === load,
    ) ?? null
  );
}
