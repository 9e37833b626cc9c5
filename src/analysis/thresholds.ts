import { matchesCell } from '../model/cell-match.ts';
import type { Metric, Threshold } from '../model/plan.ts';
import type { CellResult, ThresholdResult } from '../model/result.ts';

/** Every declared threshold at every cell that it is for. What was not measured, or must not be used, holds nothing. */
export const checkThresholds = (thresholds: readonly Threshold[], cells: readonly CellResult[]): ThresholdResult[] =>
  thresholds.flatMap(({ match, metric, min, max }) =>
    cells
      .filter((cell) => matchesCell(cell, match))
      .map((cell): ThresholdResult => {
        const value = valueFor(cell, metric);
        const within = value !== null && (min === null || value >= min) && (max === null || value <= max);
        return { cell: cell.id, metric, value, min, max, holds: within && cell.verdict !== 'invalid' };
      }),
  );

const VALUES: Readonly<Record<Metric, (cell: CellResult) => number | null | undefined>> = {
  requestsPerSecond: (cell) => cell.requestsPerSecond?.median,
  'latencyUs.p50': (cell) => cell.latencyUs?.p50,
  'latencyUs.p90': (cell) => cell.latencyUs?.p90,
  'latencyUs.p99': (cell) => cell.latencyUs?.p99,
  'latencyUs.p999': (cell) => cell.latencyUs?.p999,
  'latencyUs.max': (cell) => cell.latencyUs?.max,
  errors: (cell) => (cell.requestsPerSecond === null ? null : cell.errors.total),
};

const valueFor = (cell: CellResult, metric: Metric): number | null => VALUES[metric](cell) ?? null;
