import { resolve } from 'node:path';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { RunFile } from '../model/run.ts';
import { mendJournal, readJournal } from '../results/journal.ts';
import { type RunFolder, readRunFile, runFolder } from '../results/run-folder.ts';

/** The run that can be gone on with: same experiment, same plan and seed; its order is kept. */
export async function resumable(
  host: Host,
  path: string,
  plan: Plan,
  changed: boolean,
): Promise<{ folder: RunFolder; file: RunFile; known: TrialRecord[] }> {
  if (!(await host.exists(path))) {
    throw new UserError('there is no run to resume', {
      exitCode: ExitCode.wrongInput,
      hint: `${path} does not exist; run without --resume.`,
    });
  }
  const name = await host.readLink(path).catch(() => null);
  const folder = runFolder(name === null ? path : resolve(path, '..', name));
  const file = await readRunFile(host, folder);
  if (file.plan.experiment.digest !== plan.experiment.digest && !changed) {
    throw new UserError('the experiment has changed since the run that would be resumed', {
      exitCode: ExitCode.wrongInput,
      hint: 'Its trials would not be comparable. Run it anew, or pass --changed to go on with the plan as it was.',
    });
  }
  const journal = await readJournal(host, folder.trials);
  await mendJournal(host, folder.trials, journal);
  return { folder, file, known: journal.records };
}
