import { resolve } from 'node:path';
import { localHost } from '../host/local.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { TrialRecord } from '../model/record.ts';
import { readJournal } from '../results/journal.ts';
import { readRunFile, runFolder } from '../results/run-folder.ts';
import type { Printer } from './print.ts';
import { writeOutputs } from './write-outputs.ts';

/** Writes results and report of a run again, from run.json and trials.jsonl alone. */
export async function reportCommand(
  run: string,
  options: { template?: string; locale?: string },
  printer: Printer,
): Promise<ExitCode> {
  const host = localHost();
  const folder = runFolder(resolve(run));
  const file = await readRunFile(host, folder);
  const { records } = await readJournal(host, folder.trials);
  const report = {
    template: options.template ?? file.plan.report.template,
    locale: options.locale ?? file.plan.report.locale,
  };
  await writeOutputs(
    host,
    folder,
    { ...file, plan: { ...file.plan, report } },
    records,
    lastRecordAt(folder.run, records),
  );
  printer.result(folder.report);
  return ExitCode.done;
}

/** When the run ended, as far as its records tell: the last trial's start and steps. */
function lastRecordAt(file: string, records: readonly TrialRecord[]): string {
  const last = records.at(-1);
  if (last === undefined) {
    throw new UserError(`${file}: the run has no trial to report`, {
      exitCode: ExitCode.wrongInput,
      hint: 'It ended before its first trial; run the experiment again.',
    });
  }
  const tookMs = Object.values(last.stepsMs).reduce((sum, ms) => sum + ms, 0);
  return new Date(Date.parse(last.startedAt) + tookMs).toISOString();
}
