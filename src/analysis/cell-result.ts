import type { Caveat } from '../model/caveat.ts';
import type { Cell } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { CellResult } from '../model/result.ts';
import type { RunFile } from '../model/run.ts';
import type { CellRecords } from './attempts.ts';
import { cellCaveats, mergedCaveats, trialCaveats } from './doubts.ts';
import { errorSums } from './error-sums.ts';
import { estimateOf } from './estimate.ts';
import { mergedLatency } from './latency.ts';
import { type MeasuredTrial, measuredTrial, rateOf } from './measured-trial.ts';
import { serverCost } from './server-cost.ts';
import { verdictOf } from './verdict.ts';

interface Judged {
  trial: MeasuredTrial;
  caveats: readonly Caveat[];
}

/** A cell's result, and the trials that count for comparisons. */
export interface FoldedCell {
  result: CellResult;
  counting: readonly MeasuredTrial[];
}

/**
 * Folds a cell's records. Trials that are invalid are left out of the numbers. Where all of them are, the numbers are
 * theirs all the same, under the verdict `invalid`: a report shows them struck through, which tells more than nothing.
 */
export function foldCell(cell: Cell, run: RunFile, { standing, requeued }: CellRecords): FoldedCell {
  const reason = cell.skip ?? run.notRun[cell.id] ?? null;
  if (reason !== null && standing.length === 0) return notRun(cell, run, reason);
  if (standing.length === 0) return notRun(cell, run, 'no trial of it was run');

  const measured = standing
    .map((record) => measuredTrial(record, run.plan))
    .filter((trial) => trial !== null)
    .map((trial) => ({ trial, caveats: trialCaveats(trial) }));
  const good = measured.filter(({ caveats }) => verdictOf(caveats) !== 'invalid');
  const used = good.length > 0 ? good : measured;
  const trials = used.map(({ trial }) => trial);
  const caveats = [
    ...mergedCaveats(used.map((one) => one.caveats)),
    ...cellCaveats({ cell, run, trials, leftOut: leftOut(measured, used), records: standing }),
  ];
  const measurements = trials.map(({ measurement }) => measurement);
  const rate = estimateOf(measurements.map(rateOf));
  const result: CellResult = {
    ...planned(cell, run),
    verdict: verdictOf(caveats),
    reason: rate === null ? failures(standing) : null,
    caveats,
    trials: good.length,
    requeued,
    requestsPerSecond: rate,
    ...mergedLatency(measurements),
    errors: errorSums(measurements),
    ...serverCost(trials),
    representativeTrial: rate === null ? null : nearest(trials, rate.median),
  };
  return { result, counting: good.map(({ trial }) => trial) };
}

/** The codes for which each trial that is not used is invalid. */
const leftOut = (measured: readonly Judged[], used: readonly Judged[]): string[][] =>
  measured
    .filter((one) => !used.includes(one))
    .map(({ caveats }) => caveats.filter(({ severity }) => severity === 'invalid').map(({ code }) => code));

/** Why no trial gave a measurement: every different reason once. */
const failures = (records: readonly TrialRecord[]): string =>
  [...new Set(records.flatMap(({ outcome }) => ('reason' in outcome ? outcome.reason : [])))].join('; ');

/** The trial whose rate is nearest to `median`; the first of equals. */
function nearest(trials: readonly MeasuredTrial[], median: number): number | null {
  const distance = ({ measurement }: MeasuredTrial): number => Math.abs(rateOf(measurement) - median);
  const best = trials.reduce<MeasuredTrial | null>(
    (found, trial) => (found === null || distance(trial) < distance(found) ? trial : found),
    null,
  );
  return best?.record.trial ?? null;
}

const planned = (
  cell: Cell,
  run: RunFile,
): Pick<CellResult, 'id' | 'server' | 'environment' | 'load' | 'trialsPlanned'> => ({
  id: cell.id,
  server: cell.server,
  environment: cell.environment,
  load: cell.load,
  trialsPlanned: run.plan.trials,
});

function notRun(cell: Cell, run: RunFile, reason: string): FoldedCell {
  const result: CellResult = {
    ...planned(cell, run),
    verdict: 'not-run',
    reason,
    caveats: [],
    trials: 0,
    requeued: 0,
    requestsPerSecond: null,
    ...mergedLatency([]),
    errors: errorSums([]),
    ...serverCost([]),
    representativeTrial: null,
  };
  return { result, counting: [] };
}
