import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import { type ErrorCounts, type Measurement, noErrors } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import { differAtLeast } from '../external/bodies.ts';
import { latencyOfSamples } from '../external/latency.ts';
import { measured, requireOrderlyEnd, unreadable } from '../external/outcome.ts';
import { completedPerSecond } from '../external/per-second.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { lostLanes } from './lanes.ts';
import { type RequestLog, readLog } from './log.ts';
import { type H2loadReport, readReport } from './report.ts';

/** By how much the wall clock's stamps may span more than the steady clock's life, µs: more is a clock that was set. */
const CLOCK_SLACK_US = 5_000;

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('h2load', output);
  const report = readReport(output.stdout);
  const log = readLog(output.files.log ?? '');
  if (log.rows !== report.done) throw unreadable('h2load', `${log.rows} rows in its log for ${report.done} requests`);
  requireProtocol(report, load);
  const completed = log.totalUs.length;
  const windowUs = windowOf(report, log, load);
  const endsUs = log.endsUs.map((us) => us - log.firstUs);
  const lanes = load.connections * load.pipelining;
  const lost = load.stop.kind === 'duration' ? lostLanes(endsUs, log.totalUs, lanes, windowUs) : 0;
  const errors = errorsOf(report, log, load, lost, output.stderr);
  const steady = log.lastUs - log.firstUs <= windowUs + CLOCK_SLACK_US;
  return measured(
    {
      driver: { name: 'h2load', version: context.version },
      argv: command(load, context).argv,
      requests: {
        sent: Math.max(report.started, report.done),
        completed,
        inFlight: inFlight(report, load, lost),
        missedStarts: null,
      },
      windowUs,
      bytes: { received: load.keepAlive ? report.received : null, body: report.bodies },
      statusCounts: log.statusCounts,
      errors,
      connectionsOpened: null,
      serverClosedConnections: null,
      latency: latencyOfSamples(log.totalUs, { kind: 'service-time', resolutionUs: 1, includesConnect: false }),
      latencyMissing: null,
      phases: phasesOf({ total: log.totalUs }),
      perSecond: steady ? completedPerSecond(endsUs, windowUs) : null,
      replyBodyBytes: report.bodies % completed === 0 ? report.bodies / completed : null,
      serverHeader: null,
      mismatchedBodies: mismatched(report, completed, load, expectedBodyBytes(load, context)),
      notes: notesOf(report, load, lost, steady),
      ownOutput: null,
    },
    output,
    load,
  );
}

/** Without --h1 it speaks HTTP/2 and with it HTTP/1.1: told here by itself. */
function requireProtocol({ protocol }: H2loadReport, load: Load): void {
  if (protocol === null || (protocol === 'h2c') === (load.http === '2')) return;
  throw unreadable('h2load', `it spoke ${protocol}, not HTTP/${load.http}`);
}

/**
 * A timed run: the time asked for, or from the first start to the last end where the timer was late. A counted one: h2load's
 * life by its steady clock, from what it says of its rate, which has more digits than its life itself.
 */
function windowOf(report: H2loadReport, log: RequestLog, load: Load): number {
  if (load.stop.kind === 'duration') {
    const asked = load.stop.durationMs * 1000;
    return Math.min(Math.max(asked, log.lastUs - log.firstUs), Math.max(asked, report.lifeUs));
  }
  if (report.perSecond < 1) return report.lifeUs;
  const exact = (log.totalUs.length / report.perSecond) * 1e6;
  return Math.abs(exact - report.lifeUs) <= report.lifeUs * 0.01 + 10 ? exact : report.lifeUs;
}

/**
 * A counted run: h2load calls "errored" what was lost on a connection and all that it therefore never sent. In a timed one it
 * subtracts its errors from themselves (h2load.cc, `req_not_issued`), but for streams that were reset: lost lanes tell.
 */
function errorsOf(report: H2loadReport, log: RequestLog, load: Load, lost: number, stderr: string): ErrorCounts {
  const { total, started, done, errored, timedOut: timeout } = report;
  if (started === 0) return { ...noErrors(), connect: Math.max(errored, load.connections) };
  const connect = stderr.match(/could not connect/g)?.length ?? 0;
  if (load.stop.kind === 'duration') {
    return { ...noErrors(), connect, timeout, reset: log.failed, other: Math.max(0, lost - connect - timeout) };
  }
  const reset = Math.max(0, started - done - timeout) + log.failed;
  return { ...noErrors(), connect, timeout, reset, other: Math.max(0, total - started - connect) };
}

/** Under way when a timed run ended. null: lost ones are among them. */
function inFlight(report: H2loadReport, load: Load, lost: number): number | null {
  if (load.stop.kind === 'requests') return 0;
  return lost === 0 ? Math.max(0, report.started - report.done) : null;
}

/**
 * h2load adds up the bytes of all bodies: how many replies differ at least. A timed run may have parts of replies that were
 * under way, up to one for each connection.
 */
function mismatched(report: H2loadReport, completed: number, load: Load, expected: number | null): number | null {
  if (expected === null || expected === 0) return null;
  const surplus = report.bodies - completed * expected;
  const partial = load.stop.kind === 'duration' || report.errored > 0 ? load.connections * load.pipelining : 0;
  return surplus >= 0 && surplus <= partial * expected ? 0 : differAtLeast(report.bodies, completed, expected);
}

function notesOf(report: H2loadReport, load: Load, lost: number, steady: boolean): string[] {
  const notes = [
    'Latencies are from h2load’s log of every request, by its steady clock; the time to connect is not in them.',
  ];
  if (load.stop.kind === 'requests') {
    notes.push(
      'h2load gives every connection its share of the requests: towards the end fewer than asked for may be busy.',
    );
  }
  if (load.keepAlive && load.http === '1.1') {
    notes.push('h2load opens a connection again without a word when the server announced its end.');
  }
  if (report.errored > 0) {
    notes.push(
      'After an error h2load gives a connection up, with all that it still was to send: fewer went on than asked for.',
    );
  }
  if (lost > 0) {
    notes.push(
      `${lost} of the requests that should have been under way at the end were not: h2load does not tell of connections that it loses in a timed run.`,
    );
  }
  if (!steady) notes.push('The wall clock was set during the run: no series by seconds.');
  return notes;
}
