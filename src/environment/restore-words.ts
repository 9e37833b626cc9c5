import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { RestoreReport } from './restore.ts';
import { keyOf } from './stage/sysctl.ts';

/** `vm.swappiness` for a path under /proc/sys, the path itself otherwise. */
const nameOf = (path: string): string => (path.startsWith('/proc/sys/') ? keyOf(path) : path);

const shown = (value: string): string => (value.trim() === '' ? '(empty)' : value.trim().replaceAll(/\s+/g, ' '));

export const restoredLine = ({ path, from, to }: RestoreReport['restored'][number]): string =>
  `Put back ${nameOf(path)}: ${shown(to)} (it was ${shown(from)})`;

export const conflictLine = ({ path, before, ours, now }: RestoreReport['conflicts'][number]): string =>
  `Left ${nameOf(path)} at ${shown(now)}: somebody changed it after loadcell had set ${shown(ours)}; before that it was ${shown(before)}.`;

export const failedProblems = (report: RestoreReport): Problem[] =>
  report.failed.map(({ path, before, now, reason }) => ({
    where: nameOf(path),
    what: `it could not be put back: ${reason}${now === null ? '' : `; it is ${shown(now)}`}, and was ${shown(before)}`,
    remedy: `write ${shown(before)} to ${path}`,
  }));

/** For a run that lives: it ends, since what it would measure next would not be what it says. */
export const notRestored = (report: RestoreReport): UserError =>
  new UserError('a setting could not be put back', {
    exitCode: ExitCode.notMeasured,
    problems: failedProblems(report),
    hint: 'It is kept in the ledger: `loadcell restore` tries again.',
  });
