import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import { differAtLeast } from '../external/bodies.ts';
import { errorsOf, reasonNotes } from '../external/exchanges.ts';
import { latencyOfSamples } from '../external/latency.ts';
import { measured, requireOrderlyEnd, unreadable } from '../external/outcome.ts';
import { completedPerSecond } from '../external/per-second.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { type HeyOutput, readOutput } from './output.ts';

/** requester/report.go: maxRes. */
const MOST_ROWS = 1_000_000;

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('hey', output);
  const hey = readOutput(output.stdout);
  const { rows, windowUs } = hey;
  const completed = sumOf(Object.values(hey.statusCounts));
  requireConsistent(hey, completed);
  const all = rows.totalUs.length === completed;
  // A kept connection that is used again costs exactly nothing to hey, a new one some µs.
  const opened = rows.connectUs.filter((us) => us > 0).length;
  const failed = hey.results - completed;
  return measured(
    {
      driver: { name: 'hey', version: context.version },
      argv: command(load, context).argv,
      requests: { sent: hey.results, completed, inFlight: 0, missedStarts: null },
      windowUs,
      bytes: { received: null, body: null },
      statusCounts: hey.statusCounts,
      errors: errorsOf(hey.errors),
      connectionsOpened: all && failed === 0 ? opened : null,
      // hey itself leaves a connection only after a failure.
      serverClosedConnections: load.keepAlive ? Math.max(0, opened - load.connections - failed) : null,
      latency: latencyOfSamples(rows.totalUs, {
        kind: 'service-time',
        resolutionUs: 1,
        includesConnect: !load.keepAlive,
      }),
      latencyMissing: null,
      phases: phasesOf({ total: rows.totalUs, connect: rows.connectUs, waiting: rows.waitingUs }),
      perSecond: all ? completedPerSecond(endsOf(rows), windowUs) : null,
      replyBodyBytes:
        hey.declaredBytes > 0 && hey.declaredBytes % completed === 0 ? hey.declaredBytes / completed : null,
      serverHeader: null,
      mismatchedBodies: mismatched(hey, completed, expectedBodyBytes(load, context)),
      notes: notesOf(hey, load, all),
      ownOutput: null,
    },
    output,
    load,
  );
}

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

/** @throws DriverError when what hey counted does not add up. */
function requireConsistent(hey: HeyOutput, completed: number): void {
  const failed = sumOf(hey.errors.values());
  if (completed + failed !== hey.results) {
    throw unreadable('hey', `${hey.results} results of ${completed} replies and ${failed} errors`);
  }
  const rows = hey.rows.totalUs.length;
  if (rows !== Math.min(completed, MOST_ROWS)) throw unreadable('hey', `${rows} times for ${completed} replies`);
}

/** Ends of the requests since the first start: the offsets count from hey's own start, some ms before. */
function endsOf({ totalUs, startUs }: HeyOutput['rows']): Float64Array {
  let first = Number.POSITIVE_INFINITY;
  for (const us of startUs) first = Math.min(first, us);
  return startUs.map((us, i) => us - first + (totalUs[i] as number));
}

/** Replies of another length by their Content-Length, at least; null where they tell none. */
function mismatched(hey: HeyOutput, completed: number, expected: number | null): number | null {
  if (expected === null || expected === 0 || hey.declaredBytes === 0) return null;
  return differAtLeast(hey.declaredBytes, completed, expected);
}

function notesOf(hey: HeyOutput, load: Load, all: boolean): string[] {
  const notes = [
    'hey’s times were taken as it has them, in µs, by an output template: what it prints itself is rounded to 0.1 ms and leaves out failures.',
    'hey does not notice a body that is cut off, and does not look at bodies.',
  ];
  if (load.keepAlive) {
    notes.push(
      'Go sends a request again when its kept connection ends without a reply: told by the new connection alone.',
    );
  }
  if (load.timeoutMs % 1000 !== 0) notes.push('hey’s timeout is in whole seconds: it was rounded up.');
  if (!all) notes.push(`Latencies are of the first ${MOST_ROWS} replies: hey keeps no more.`);
  return [...notes, ...reasonNotes(hey.errors)];
}
