import { join } from 'node:path';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { RunFile } from '../model/run.ts';
import { checkWritable, createRunFolder, linkLatest, type RunFolder } from '../results/run-folder.ts';
import type { Printer } from './print.ts';
import { type Found, findRun, takeUp } from './resume.ts';
import type { RunOptions } from './run-options.ts';

export interface OpenedFolder {
  folder: RunFolder;
  file: RunFile;
  /** Records of the run that is resumed; empty for a new one. */
  known: TrialRecord[];
}

/**
 * Before anything is touched: whether `home` (`out/<experiment>`) can be written, and with --resume the run in it that
 * can be gone on with. null: a new run. Throws `UserError`.
 */
export async function lookAtFolder(host: Host, home: string, fresh: Plan, options: RunOptions): Promise<Found | null> {
  await checkWritable(host, home);
  if (options.resume === true) return findRun(host, join(home, 'latest'), fresh, options);
  if (options.changed !== true) return null;
  throw new UserError('--changed says nothing without --resume', {
    exitCode: ExitCode.wrongInput,
    hint: 'Add --resume to go on with the newest run of this experiment, or leave --changed out.',
  });
}

/** Right before the first trial: a new run folder, or the found one taken up again. */
export async function openFolder(
  host: Host,
  home: string,
  found: Found | null,
  now: RunFile,
  options: RunOptions,
  printer: Printer,
): Promise<OpenedFolder> {
  if (found === null) {
    const folder = await createRunFolder(host, join(home, now.id), now);
    await linkLatest(host, folder);
    return { folder, file: now, known: [] };
  }
  const { file, known, left } = await takeUp(host, found, now, options);
  const told = left === 0 ? 'nothing is left to run; its report is written again' : `${left} are left to run`;
  printer.line(`Going on with ${found.folder.path}: ${known.length} trials are there, ${told}.`);
  return { folder: found.folder, file, known };
}
