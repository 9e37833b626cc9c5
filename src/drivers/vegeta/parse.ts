import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import {
  countWords,
  errorsOf,
  latencyIn,
  perSecondIn,
  reasonNotes,
  statusCountsIn,
  totalsIn,
  type Window,
  windowOf,
} from '../external/exchanges.ts';
import { measured, requireOrderlyEnd, requireText } from '../external/outcome.ts';
import { dueTimes, type Missed, missedNotes, missedOf, scheduleOf } from '../external/schedule.ts';
import { command, keptBodyBytes } from './command.ts';
import { encoded, readResults, serverOf, type VegetaResult } from './results.ts';

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('vegeta', output);
  const results = readResults(requireText('vegeta', output.files.requests, output));
  const missed = applySchedule(results, load);
  const window = windowOf(results, load);
  const replied = window.replied as VegetaResult[];
  const words = countWords(window.failed.map(({ error }) => error));
  const keeps = keptBodyBytes(load, context) > 0;
  return measured(
    {
      driver: { name: 'vegeta', version: context.version },
      argv: command(load, context).argv,
      requests: {
        sent: results.length,
        completed: replied.length,
        inFlight: window.inFlight,
        missedStarts: missed && missed.late + missed.unsent,
      },
      windowUs: window.lengthUs,
      bytes: { received: null, body: keeps ? replied.reduce((sum, one) => sum + one.bodyBytes, 0) : null },
      statusCounts: statusCountsIn(window),
      errors: errorsOf(words),
      connectionsOpened: null,
      serverClosedConnections: null,
      latency: latencyIn(window, load, { resolutionUs: 1, includesConnect: true }),
      latencyMissing: null,
      phases: totalsIn(window),
      perSecond: perSecondIn(window),
      replyBodyBytes: keeps ? (replied[0]?.bodyBytes ?? null) : null,
      serverHeader: replied[0] === undefined ? null : serverOf(replied[0]),
      mismatchedBodies: keeps ? mismatches(replied, context.expectedBody ?? '') : null,
      notes: notesOf(load, window, words, missed, keeps),
      ownOutput: null,
    },
    output,
    load,
  );
}

/** Counts latency from the intended starts; null in a closed loop. */
function applySchedule(results: readonly VegetaResult[], load: Load): Missed | null {
  const schedule = scheduleOf(load);
  if (schedule === null) return null;
  const due = dueTimes(results, schedule.intervalUs);
  for (const [i, one] of results.entries()) one.dueUs = due[i] as number;
  return missedOf(results, Math.max(0, schedule.starts - results.length));
}

const mismatches = (replied: readonly VegetaResult[], expected: string): number => {
  const body = encoded(expected);
  return replied.filter((one) => one.body !== body).length;
};

function notesOf(
  load: Load,
  window: Window,
  words: ReadonlyMap<string, number>,
  missed: Missed | null,
  keeps: boolean,
): string[] {
  const notes = ['vegeta adds a header (X-Vegeta-Seq) to every request.', ...reasonNotes(words)];
  if (missed !== null) {
    notes.push(
      'Latency counts from the schedule, which is put together from the number of each request; vegeta’s own counts from its start.',
    );
    notes.push(...missedNotes(missed));
  } else if (window.inFlight > 0) notes.push(`${window.inFlight} replies came behind the window and are not counted.`);
  if (load.keepAlive) {
    notes.push(
      'When the server closes a kept connection, with notice or without, Go opens another one, and sends the request again where it has to: that is not seen.',
    );
  }
  if (!keeps && load.method !== 'HEAD') notes.push('Bodies were not looked at.');
  return notes;
}
