import { join } from 'node:path';
import { loadExperiment } from '../experiment/load-file.ts';
import { localHost } from '../host/local.ts';
import { readMachine } from '../host/machine.ts';
import { ExitCode } from '../model/errors.ts';
import type { Results } from '../model/result.ts';
import { readJournal } from '../results/journal.ts';
import { runPlan } from '../trial/run-plan.ts';
import { keepingRecords } from './disk-failure.ts';
import { withFault } from './fault.ts';
import { interruptible } from './interrupt.ts';
import { lastRecordAt } from './last-record.ts';
import { planFor } from './plan-for.ts';
import { type Printer, plain } from './print.ts';
import { durationText, showProgress } from './progress.ts';
import { runClock } from './run-clock.ts';
import type { RunOptions } from './run-options.ts';
import { startRun } from './start-run.ts';
import { templatesOf, writeOutputs } from './write-outputs.ts';

/** load -> plan -> preflight -> run -> fold -> render. */
export async function runCommand(file: string, options: RunOptions, printer: Printer): Promise<ExitCode> {
  const local = localHost();
  const clock = runClock(local);
  const { host, onEvent } = withFault(
    { host: local, onEvent: showProgress(printer, () => clock.elapsedMs()) },
    process.env.LOADCELL_FAULT,
  );
  const machine = await readMachine(host);
  const loaded = await loadExperiment(file, machine);
  const plan = planFor(loaded, machine, options);
  await templatesOf(host, plan);
  using stopping = await interruptible(host);
  await using run = await startRun({
    host,
    machine,
    plan,
    options,
    printer,
    signal: stopping.signal,
    onEvent,
  });
  const { folder } = run.context;
  const begunMs = clock.elapsedMs();
  const outcome = await keepingRecords(folder, 'go on with --resume', () =>
    runPlan(run.context, run.known, run.notRun),
  );
  const { records } = await readJournal(host, folder.trials, run.file.plan);
  // Where nothing was left to run, the run ended when it did.
  const endedAt = (outcome.trials === 0 ? lastRecordAt(records) : null) ?? clock.finishedAt();
  const results = await keepingRecords(folder, `write the report with: loadcell report ${folder.path}`, () =>
    writeOutputs(host, folder, run.file, records, endedAt),
  );
  tellEnd(printer, folder.path, results, options, clock.elapsedMs() - begunMs);
  if (outcome.interrupted) {
    printer.line(`Interrupted (${stopping.reason()}). What was measured is kept; go on with --resume.`);
    return ExitCode.interrupted;
  }
  return exitCodeOf(results);
}

export function exitCodeOf(results: Results): ExitCode {
  if (results.cells.some((cell) => cell.requestsPerSecond === null && cell.reason !== null && !isDeclared(cell.reason)))
    return ExitCode.notMeasured;
  if (results.thresholds.some((one) => !one.holds)) return ExitCode.thresholdFailed;
  return ExitCode.done;
}

/** A cell that the experiment itself rules out (keep-alive on a server without it) is not a failure to measure. */
const isDeclared = (reason: string): boolean => reason.includes('cannot be asked to keep them');

function tellEnd(printer: Printer, folder: string, results: Results, options: RunOptions, tookMs: number): void {
  if (options.json === true) printer.result(JSON.stringify(results, null, 2));
  const verdicts = new Map<string, number>();
  for (const cell of results.cells) verdicts.set(cell.verdict, (verdicts.get(cell.verdict) ?? 0) + 1);
  const told = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  printer.line(`${results.cells.length} cells (${told}) in ${durationText(tookMs)}.`);
  for (const cell of results.cells) {
    if (cell.verdict === 'not-run' && cell.reason !== null)
      printer.line(`  ${cell.id}: not run: ${plain(cell.reason)}`);
  }
  if (options.json !== true) printer.result(join(folder, 'report.md'));
}
