import { resolve } from 'node:path';
import { contaminated } from '../analysis/contaminated.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { RunFile } from '../model/run.ts';
import { mendJournal, readJournal } from '../results/journal.ts';
import { type RunFolder, readRunFile, rewriteRunFile, runFolder } from '../results/run-folder.ts';
import { turnsLeft } from '../trial/turns.ts';
import { changedSince, optionProblems } from './resume-problems.ts';
import type { RunOptions } from './run-options.ts';

export interface Found {
  folder: RunFolder;
  /** As it was written, but for the report's template and language: those are the ones asked for now. */
  file: RunFile;
  /** The experiment is not what it was. */
  changed: boolean;
}

/**
 * The run that can be gone on with: same experiment, and its own plan, seed and order. `latest` is a run folder or a link
 * to one. Throws `UserError` (exit 2); only reads.
 */
export async function findRun(host: Host, latest: string, fresh: Plan, options: RunOptions): Promise<Found> {
  if (!(await host.exists(latest))) {
    throw new UserError('there is no run to resume', {
      exitCode: ExitCode.wrongInput,
      hint: `${latest} does not exist; run without --resume.`,
    });
  }
  const name = await host.readLink(latest).catch(() => null);
  const folder = runFolder(name === null ? latest : resolve(latest, '..', name));
  const file = await readRunFile(host, folder);
  const changed = file.plan.experiment.digest !== fresh.experiment.digest;
  if (changed && options.changed !== true) {
    throw new UserError('the experiment has changed since the run that would be resumed', {
      exitCode: ExitCode.wrongInput,
      hint: 'Its trials would not be comparable. Run it anew, or pass --changed to go on with the plan as it was.',
    });
  }
  const problems = optionProblems(file.plan, fresh, options);
  if (problems.length > 0) {
    throw new UserError(`${folder.path} was planned otherwise`, {
      exitCode: ExitCode.wrongInput,
      problems,
      hint: 'A resumed run keeps its plan: leave these options out, or run it anew without --resume.',
    });
  }
  return { folder, file: { ...file, plan: { ...file.plan, report: fresh.report } }, changed };
}

/**
 * Takes the run up again, with the machine held: what a crash tore off its records is cut, and run.json tells of the new
 * sitting, unless nothing is `left` to run. `now` is the run as it would be if it began anew with the same plan.
 */
export async function takeUp(
  host: Host,
  { folder, file, changed }: Found,
  now: RunFile,
  options: RunOptions,
): Promise<{ file: RunFile; known: TrialRecord[]; left: number }> {
  const journal = await readJournal(host, folder.trials, file.plan);
  const known = journal.records;
  const differences = changedSince(file, now);
  if (differences.length > 0 && options.changed !== true) {
    throw new UserError('what the run was measured with has changed since', {
      exitCode: ExitCode.preflightRefused,
      problems: differences,
      hint: 'Its trials would not be comparable. Run it anew, or pass --changed to go on all the same.',
    });
  }
  const skipped = new Set(Object.keys(now.notRun));
  const order = now.plan.order.filter(({ cell }) => !skipped.has(cell));
  const left = turnsLeft(order, known, (record) => contaminated(record, now.plan)).length;
  if (left === 0) return { file, known, left };
  const measured = new Set(known.filter(({ outcome }) => outcome.kind === 'measured').map(({ cell }) => cell));
  const relaxed = new Map([...file.relaxed, ...now.relaxed].map((one) => [JSON.stringify(one), one]));
  const resumed: RunFile = {
    ...file,
    plan: now.plan,
    servers: { ...now.servers, ...file.servers },
    drivers: { ...now.drivers, ...file.drivers },
    relaxed: [...relaxed.values()],
    // A cell that has a number is not one that was not run.
    notRun: Object.fromEntries(Object.entries(now.notRun).filter(([cell]) => !measured.has(cell))),
    resumed: [
      ...(file.resumed ?? []),
      {
        startedAt: now.startedAt,
        loadcell: now.loadcell,
        trials: known.length,
        changed: [...(changed ? [{ where: 'experiment', what: 'its definition has changed' }] : []), ...differences],
      },
    ],
  };
  await rewriteRunFile(host, folder, resumed);
  await mendJournal(host, folder.trials, journal);
  return { file: resumed, known, left };
}
