import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { INVALID, named } from './ports-exhausted.ts';

/** Of the limit, before and after the window: connections are gone by then, and what is left may have been more. */
const NEAR = 0.95;
/** A program at its limit keeps one or two free to tell the next connection off (libuv). */
const SPARE = 2;
export const TOO_MANY = /too many open files|\bE[MN]FILE\b|worker_connections are not enough/i;

export const filesExhausted: TrialCheck = {
  code: 'files-exhausted',
  reveals:
    'A connection is an open file, and one side ran out of them: the generator (EMFILE or ENFILE among its errors; invalid from 1% of the requests) or the server (its log says so, or one of its processes was within two of its limit; where open files cannot be sampled in the window, before Linux 6.2, 95% of the limit around it). The connections that the load asks for were then not all there.',
  source:
    '`/proc/PID/fd` against `/proc/PID/limits` (its size is the number of open files: Documentation/filesystems/proc.rst); setrlimit(2), RLIMIT_NOFILE; the tail of the server’s log.',
  check(trial) {
    const { measurement } = trial;
    const generator = named(measurement.notes, TOO_MANY) ? measurement.errors.resource : 0;
    if (generator > 0) {
      return doubt(
        share(generator, measurement.requests.completed) >= INVALID ? 'invalid' : 'suspect',
        'The generator ran out of open files: connections failed.',
        { side: 'generator', errors: generator, connections: trial.cell.load.connections },
        'Raise ulimit.nofile of the generator above the number of connections.',
      );
    }
    const full = fullServer(trial);
    if (full === null) return null;
    return doubt(
      'suspect',
      'The server could not hold all connections: it ran out of open files, or reached its own limit of connections.',
      { side: 'server', ...full },
      'Raise ulimit.nofile of the server, and its own limit of connections, above the number of connections.',
    );
  },
};

function fullServer({ record, observation }: MeasuredTrial): Record<string, string | number> | null {
  const line = record.serverLog.split('\n').find((one) => TOO_MANY.test(one));
  if (line !== undefined) return { log: line.trim().slice(0, 200) };
  const server = observation?.server;
  const limit = server?.openFilesLimit ?? null;
  if (limit === null) return null;
  const processes = server?.processes ?? 1;
  const most = server?.openFilesMost ?? null;
  if (most !== null) return most < limit - SPARE ? null : { openFiles: most, limit, processes };
  const open = Math.max(server?.openFilesBefore ?? 0, server?.openFilesAfter ?? 0);
  // The count is of the whole tree, the limit of each process.
  return open / Math.max(1, processes) < NEAR * limit ? null : { openFiles: open, limit, processes };
}
