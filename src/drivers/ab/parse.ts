import { type DriveContext, type DriveOutput, DriverError } from '../../model/driver.ts';
import { type ErrorCounts, type Measurement, noErrors } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import { latencyOfSamples } from '../external/latency.ts';
import { measured, requireOrderlyEnd } from '../external/outcome.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { type AbReport, readReport } from './report.ts';
import { readAnchors, readPerRequest, reconstruct } from './samples.ts';

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('ab', output, completedBeforeAbort(output.stdout));
  const report = readReport(output.stdout);
  const errors = errorsOf(report, output.stderr);
  const completed = report.complete - report.failed.receive;
  if (report.transferred === 0 && completed > 0) {
    const message = `${report.complete} connections were closed without a byte, which ab calls complete requests`;
    throw new DriverError(message, 'nothing-measured', 0);
  }
  const counted = load.stop.kind === 'requests' && report.complete === load.stop.requests;
  const rows = report.complete > 0 ? readPerRequest(output.files.requests ?? '', report.complete) : null;
  const samples = rows && reconstruct(rows.totalMs, readAnchors(output.files.percentiles ?? '', report.complete));
  const phases = samples && phasesOf({ total: samples });
  return measured(
    {
      driver: { name: 'ab', version: context.version },
      argv: command(load, context).argv,
      requests: {
        sent: counted ? report.complete : null,
        completed,
        inFlight: counted ? 0 : null,
        missedStarts: null,
      },
      windowUs: report.windowUs,
      bytes: { received: report.transferred, body: report.bodies },
      statusCounts: statusCounts(completed, report.non2xx),
      errors,
      connectionsOpened: null,
      serverClosedConnections: closedConnections(report, load),
      latency:
        samples &&
        latencyOfSamples(samples, { kind: 'service-time', resolutionUs: 1, includesConnect: !load.keepAlive }),
      latencyMissing: samples ? null : 'ab completed nothing',
      phases: phases && {
        ...phases,
        connect: report.rows.Connect,
        processing: report.rows.Processing,
        waiting: report.rows.Waiting,
      },
      perSecond: fullSeconds(rows?.startsPerSecond ?? []),
      replyBodyBytes: report.documentLength,
      serverHeader: report.serverSoftware,
      mismatchedBodies: mismatched(report, completed, expectedBodyBytes(load, context)),
      notes: notesOf(report, load, context),
      ownOutput: output.stdout,
    },
    output,
  );
}

function completedBeforeAbort(stdout: string): number | null {
  const found = /^Total of (\d+) requests completed$/m.exec(stdout);
  return found ? Number(found[1]) : null;
}

/** Under -r every refused connection is a "Receive" error as well: the errno that -v 1 printed for each tells them apart. */
function errorsOf(report: AbReport, stderr: string): ErrorCounts {
  const { connect, receive } = report.failed;
  const numbers = [...stderr.matchAll(/^apr_socket_recv: .* \((\d+)\)$/gm)].map((match) => Number(match[1]));
  const share = (errno: number): number =>
    numbers.length === 0 ? 0 : Math.round((receive * numbers.filter((one) => one === errno).length) / numbers.length);
  const [refused, timedOut] = [share(111), share(110)];
  return {
    ...noErrors(),
    connect: connect + refused,
    timeout: timedOut,
    reset: receive - refused - timedOut,
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

/** Replies (ab's "Length" less the resets that it counts there too) whose body has not the expected length. */
function mismatched(report: AbReport, completed: number, expected: number | null): number | null {
  if (expected === null || report.documentLength === null) return null;
  const different = otherLength(report);
  return report.documentLength === expected ? different : completed - different;
}

const otherLength = ({ failed }: AbReport): number => Math.max(0, failed.length - failed.receive);

/** ab's seconds are the wall clock's, so the first and the last are parts: left out. */
function fullSeconds(series: readonly number[]): number[] | null {
  const full = series.slice(1, -1);
  return full.length > 0 ? full : null;
}

function notesOf(report: AbReport, load: Load, context: DriveContext): string[] {
  const notes = [
    'ab speaks HTTP/1.0.',
    'Samples were put together from ab’s ms and its 101 percentiles in µs: percentiles between whole ones are right to half a ms.',
  ];
  if (load.keepAlive) notes.push('ab does not tell when a server closes a kept connection without announcing it.');
  if (report.failed.receive > 0) {
    notes.push(
      `The times of ${report.failed.receive} failed requests are among the latencies: ab does not tell which.`,
    );
  }
  const different = otherLength(report);
  if (different > 0 && expectedBodyBytes(load, context) === null) {
    notes.push(
      `${different} replies had a body of another length than the first: a changing page, or replies cut off.`,
    );
  }
  return notes;
}
