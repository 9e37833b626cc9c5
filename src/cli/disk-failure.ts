import { ExitCode, UserError } from '../model/errors.ts';
import { HostError } from '../model/host.ts';
import type { RunFolder } from '../results/run-folder.ts';

/** errno -> what to do about it. Any of these, wherever it is met, is the machine's state and no defect of loadcell. */
const STATES: Record<string, string> = {
  ENOSPC: 'The disk is full: make room',
  EDQUOT: 'Your disk quota is used up: make room',
  EROFS: 'The file system is read-only: make it writable',
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
    const failed = failureOf(error, ({ code, path }) => code in STATES || path?.startsWith(`${folder.path}/`) === true);
    if (failed === null) throw error;
    const remedy = STATES[failed.code] ?? `${folder.path} must be there and be yours to write: put it right`;
    throw new UserError(failed.message, {
      exitCode: ExitCode.notMeasured,
      hint: `${remedy}, then ${next}. The records so far are kept in ${folder.trials}.`,
      cause: error,
    });
  }
}

/** What the user can do about a disk that gave way elsewhere, such as under the temporary folder; null: it is something else. */
export function diskFailure(error: unknown, exitCode: ExitCode): UserError | null {
  const failed = failureOf(error, ({ code }) => code in STATES);
  if (failed === null) return null;
  const hint = `${STATES[failed.code]}, or use another one: --out is for results, and TMPDIR for temporary files.`;
  return new UserError(failed.message, { exitCode, hint, cause: error });
}

/** The failed call behind an error, also where a release failed beside it; but what tells the user more goes first. */
function failureOf(error: unknown, isIt: (failed: HostError) => boolean): HostError | null {
  if (error instanceof HostError) return isIt(error) ? error : null;
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return null;
  const { error: later, suppressed } = error as Error & { error: unknown; suppressed: unknown };
  if (later instanceof UserError || suppressed instanceof UserError) return null;
  return failureOf(suppressed, isIt) ?? failureOf(later, isIt);
}
