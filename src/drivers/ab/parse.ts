import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import { type ErrorCounts, type Measurement, noErrors } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import { latencyOfSamples } from '../external/latency.ts';
import { measured, requireOrderlyEnd } from '../external/outcome.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { type AbReport, readReport } from './report.ts';
import { readAnchors, readPerRequest, reconstruct } from './samples.ts';

/** Failed requests among the samples that still leave whole percentiles where they are. */
const FAILED_SHARE = 0.001;

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('ab', output, completedBeforeAbort(output.stdout));
  const report = readReport(output.stdout);
  const unanswered = withoutReply(report);
  const errors = errorsOf(report, output.stderr, unanswered);
  const completed = report.complete - report.failed.receive - unanswered;
  const counted = load.stop.kind === 'requests' && report.complete === load.stop.requests;
  const { samples, startsPerSecond } = samplesOf(report, output);
  const usable = report.complete - completed <= report.complete * FAILED_SHARE ? samples : null;
  const phases = usable && phasesOf({ total: usable });
  return measured(
    {
      driver: { name: 'ab', version: context.version },
      argv: command(load, context).argv,
      requests: { sent: counted ? report.complete : null, completed, inFlight: counted ? 0 : null, missedStarts: null },
      windowUs: report.windowUs,
      bytes: { received: report.transferred, body: report.bodies },
      statusCounts: statusCounts(completed, report.non2xx),
      errors,
      connectionsOpened: null,
      serverClosedConnections: closedConnections(report, load),
      latency:
        usable && latencyOfSamples(usable, { kind: 'service-time', resolutionUs: 1, includesConnect: !load.keepAlive }),
      latencyMissing: usable ? null : 'ab does not tell the times of failed requests from those of the others',
      phases: phases && {
        ...phases,
        connect: report.rows.Connect,
        processing: report.rows.Processing,
        waiting: report.rows.Waiting,
      },
      perSecond: fullSeconds(startsPerSecond),
      replyBodyBytes: report.documentLength,
      serverHeader: report.serverSoftware,
      mismatchedBodies: mismatched(report, completed, unanswered, expectedBodyBytes(load, context)),
      notes: notesOf(report, load, context, unanswered),
      ownOutput: output.stdout,
    },
    output,
    load,
  );
}

function samplesOf(report: AbReport, output: DriveOutput): { samples: Float64Array | null; startsPerSecond: number[] } {
  if (report.complete === 0) return { samples: null, startsPerSecond: [] };
  const { totalMs, startsPerSecond } = readPerRequest(output.files.requests ?? '', report.complete);
  const samples = reconstruct(totalMs, readAnchors(output.files.percentiles ?? '', report.complete));
  return { samples, startsPerSecond };
}

/**
 * Connections that were closed without a byte: ab calls them complete requests of another length. They are those when all
 * other replies account for every byte: their bodies for the bodies, and equal heads for the heads.
 */
function withoutReply(report: AbReport): number {
  const { complete, failed, transferred, bodies, documentLength } = report;
  if (transferred === 0) return complete - failed.receive;
  const different = otherLength(report);
  const others = complete - failed.receive - different;
  if (different === 0 || others <= 0 || report.non2xx > 0 || documentLength === null) return 0;
  return bodies === others * documentLength && (transferred - bodies) % others === 0 ? different : 0;
}

function completedBeforeAbort(stdout: string): number | null {
  const found = /^Total of (\d+) requests completed$/m.exec(stdout);
  return found ? Number(found[1]) : null;
}

/** Under -r every refused connection is a "Receive" error as well: the errno that -v 1 printed for each tells them apart. */
function errorsOf(report: AbReport, stderr: string, unanswered: number): ErrorCounts {
  const { connect, receive } = report.failed;
  const numbers = [...stderr.matchAll(/^apr_socket_recv: .* \((\d+)\)$/gm)].map((match) => Number(match[1]));
  const share = (errno: number): number =>
    numbers.length === 0 ? 0 : Math.round((receive * numbers.filter((one) => one === errno).length) / numbers.length);
  const [refused, timedOut] = [share(111), share(110)];
  return {
    ...noErrors(),
    connect: connect + refused,
    timeout: timedOut,
    reset: receive - refused - timedOut + unanswered,
    other: report.writeErrors,
  };
}

function statusCounts(completed: number, non2xx: number): Record<string, number> {
  return { '2xx': completed - non2xx, ...(non2xx > 0 ? { 'non-2xx': non2xx } : {}) };
}

/** Replies after which the server did not keep the connection. null: all of them were kept, as far as ab tells. */
function closedConnections(report: AbReport, load: Load): number | null {
  if (!load.keepAlive || report.keepAlive === null) return null;
  const closed = report.complete - report.failed.receive - report.keepAlive;
  return closed > 0 ? closed : null;
}

/** Replies whose body has not the expected length: ab counts those of another length than the first one's. */
function mismatched(report: AbReport, completed: number, unanswered: number, expected: number | null): number | null {
  if (expected === null || report.documentLength === null) return null;
  const different = otherLength(report) - unanswered;
  return report.documentLength === expected ? different : completed - different;
}

/** ab's "Length" less the resets that it counts there too. */
const otherLength = ({ failed }: AbReport): number => Math.max(0, failed.length - failed.receive);

/** ab's seconds are the wall clock's, so the first and the last are parts: left out. */
function fullSeconds(series: readonly number[]): number[] | null {
  const full = series.slice(1, -1);
  return full.length > 0 ? full : null;
}

function notesOf(report: AbReport, load: Load, context: DriveContext, unanswered: number): string[] {
  const notes = [
    'ab speaks HTTP/1.0 and compares the length of bodies only.',
    'Samples were put together from ab’s ms and its 101 percentiles in µs: percentiles between whole ones are right to half a ms.',
  ];
  const failed = report.failed.receive + unanswered;
  if (failed > 0)
    notes.push(`The times of ${failed} failed requests are among ab’s own figures: it does not tell which.`);
  if (unanswered > 0)
    notes.push(`${unanswered} connections were closed without a byte: ab calls them complete requests.`);
  const different = otherLength(report) - unanswered;
  if (different > 0 && expectedBodyBytes(load, context) === null) {
    notes.push(
      `${different} replies had a body of another length than the first: a changing page, or replies cut off.`,
    );
  }
  return notes;
}
