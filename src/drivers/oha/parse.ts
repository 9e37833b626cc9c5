import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import {
  errorsOf,
  latencyIn,
  perSecondIn,
  reasonNotes,
  statusCountsIn,
  totalsIn,
  type Window,
  windowOf,
} from '../external/exchanges.ts';
import { measured, requireOrderlyEnd, requireText, unreadable } from '../external/outcome.ts';
import { dueTimes, type Missed, missedNotes, missedOf, scheduleOf } from '../external/schedule.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { type OhaExchange, readReport, readRequests } from './output.ts';

/** oha's timer has steps of 1 ms and is woken a little later: a start that far behind the schedule is not called missed, µs. */
const TIMER_US = 2_000;

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('oha', output);
  const { failures, replies, totalUs } = readReport(output.files.report ?? '');
  const exchanges = readRequests(replies === 0 ? '' : requireText('oha', output.files.requests, output));
  if (exchanges.length !== replies) throw unreadable('oha', `${exchanges.length} of ${replies} replies in its file`);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const missed = applySchedule(exchanges, failed, load);
  const closed = load.rate === null;
  const timed = load.stop.kind === 'duration';
  const cut = windowOf(exchanges, load, closed && timed ? 0 : undefined);
  // Failures have no times: the last of them may have come behind the last reply.
  const lengthUs = failed > 0 && closed && !timed ? Math.max(cut.lengthUs, totalUs - cut.beginUs) : cut.lengthUs;
  const window = { ...cut, lengthUs };
  const replied = window.replied as OhaExchange[];
  const expected = expectedBodyBytes(load, context);
  return measured(
    {
      driver: { name: 'oha', version: context.version },
      argv: command(load, context).argv,
      requests: {
        sent: exchanges.length + failed,
        completed: replied.length,
        inFlight: window.inFlight,
        missedStarts: missed && missed.late + missed.unsent,
      },
      windowUs: window.lengthUs,
      bytes: { received: null, body: replied.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) },
      statusCounts: statusCountsIn(window),
      errors: errorsOf(failures),
      connectionsOpened: null,
      serverClosedConnections: null,
      latency: latencyIn(window, load, { resolutionUs: 1, includesConnect: true }),
      latencyMissing: null,
      phases: totalsIn(window),
      perSecond: perSecondIn(window),
      replyBodyBytes: replied[0]?.bodyBytes ?? null,
      serverHeader: null,
      mismatchedBodies: expected === null ? null : replied.filter(({ bodyBytes }) => bodyBytes !== expected).length,
      notes: notesOf(load, window, failures, missed),
      ownOutput: null,
    },
    output,
    load,
  );
}

/**
 * Requests are queued by a timer and taken in order. Where all of them got a reply, the n-th is the n-th of the schedule, from
 * which latency counts; else it counts from the queue. null in a closed loop.
 */
function applySchedule(exchanges: OhaExchange[], failed: number, load: Load): Missed | null {
  const schedule = scheduleOf(load);
  if (schedule === null) return null;
  exchanges.sort((a, b) => a.dueUs - b.dueUs);
  const unsent = Math.max(0, schedule.starts - exchanges.length - failed);
  if (failed + unsent === 0) {
    const due = dueTimes(
      exchanges.map(({ dueUs }, index) => ({ index, startUs: dueUs })),
      schedule.intervalUs,
    );
    for (const [i, one] of exchanges.entries()) {
      one.dueUs = due[i] as number;
    }
  }
  return missedOf(exchanges, unsent, TIMER_US);
}

function notesOf(load: Load, window: Window, failures: ReadonlyMap<string, number>, missed: Missed | null): string[] {
  const notes = ['oha looks at the length of bodies only.', ...reasonNotes(failures)];
  if (load.keepAlive)
    notes.push('oha does not tell when the server announces that it closes a kept connection: it opens another one.');
  if (missed !== null) {
    notes.push(
      'oha’s timer has steps of 1 ms: starts are some ms behind an even schedule, from which latency counts.',
      ...missedNotes(missed, TIMER_US),
    );
    if (window.replied.length + missed.unsent < (scheduleOf(load)?.starts ?? 0)) {
      notes.push(
        'Latency counts from when oha’s timer queued a request: with failures among them the schedule is not known.',
      );
    }
  } else if (window.inFlight > 0) notes.push(`${window.inFlight} replies came behind the window and are not counted.`);
  return notes;
}
