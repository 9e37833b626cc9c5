import { ExitCode, UserError } from '../model/errors.ts';
import { HostError } from '../model/host.ts';
import type { RunFolder } from '../results/run-folder.ts';

/** errno -> what to do about it. Any of these, wherever it is met, is the machine's state and no defect of loadcell. */
const STATES: Record<string, string> = {
  ENOSPC: 'The disk is full: make room',
  EDQUOT: 'Your disk quota is used up: make room',
  EROFS: 'The file system has become read-only: mend it',
  EIO: 'The disk has failed: mend it',
};

/**
 * Runs what writes into the run folder. Where the disk gives way, `UserError` (exit 4) says what is kept and how to go on:
 * each record was on disk before the next trial started.
 */
export async function keepingRecords<T>(folder: RunFolder, next: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failed = failureOf(error, folder.path);
    if (failed === null) throw error;
    const remedy = STATES[failed.code] ?? `${folder.path} must be there and be yours to write`;
    throw new UserError(`${failed.message}`, {
      exitCode: ExitCode.notMeasured,
      hint: `${remedy}, then ${next}. The records so far are kept in ${folder.trials}.`,
      cause: error,
    });
  }
}

/** The failed call behind an error, also where a release failed beside it. null: it is something else. */
function failureOf(error: unknown, folder: string): HostError | null {
  if (error instanceof HostError) {
    return error.code in STATES || error.path?.startsWith(`${folder}/`) === true ? error : null;
  }
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return null;
  const { error: later, suppressed } = error as Error & { error: unknown; suppressed: unknown };
  return failureOf(suppressed, folder) ?? failureOf(later, folder);
}
