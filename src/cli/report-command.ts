import { resolve } from 'node:path';
import { localHost } from '../host/local.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import { readJournal } from '../results/journal.ts';
import { readRunFile, runFolder } from '../results/run-folder.ts';
import { lastRecordAt } from './last-record.ts';
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
  const { records } = await readJournal(host, folder.trials, file.plan);
  const endedAt = lastRecordAt(records);
  if (endedAt === null) {
    throw new UserError(`${folder.run}: the run has no trial to report`, {
      exitCode: ExitCode.wrongInput,
      hint: 'It ended before its first trial; run the experiment again.',
    });
  }
  const report = {
    template: options.template ?? file.plan.report.template,
    locale: options.locale ?? file.plan.report.locale,
  };
  await writeOutputs(host, folder, { ...file, plan: { ...file.plan, report } }, records, endedAt);
  printer.result(folder.report);
  return ExitCode.done;
}
