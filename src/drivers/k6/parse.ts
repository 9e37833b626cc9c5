import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import type { Measurement } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import {
  countWords,
  errorsOf,
  latencyIn,
  latencyOf,
  perSecondIn,
  reasonNotes,
  statusCountsIn,
  type Window,
  windowOf,
} from '../external/exchanges.ts';
import { lastWords, measured, requireOrderlyEnd, requireText, unreadable } from '../external/outcome.ts';
import { dueTimes, type Missed, missedNotes, missedOf, scheduleOf } from '../external/schedule.ts';
import { expectedBodyBytes } from '../external/target.ts';
import { command } from './command.ts';
import { type K6Exchange, type K6Samples, readSamples } from './samples.ts';

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('k6', output);
  const samples = readSamples(requireText('k6', output.files.samples, output));
  const { exchanges, mismatched, firstReply } = samples;
  if (exchanges.length === 0) throw unreadable('k6', `no request at all; ${lastWords(output)}`);
  const missed = applySchedule(samples, load);
  const window = windowOf(exchanges, load);
  const replied = window.replied as K6Exchange[];
  const words = countWords(window.failed.map(({ error }) => error));
  const compares = expectedBodyBytes(load, context) !== null;
  const opened = exchanges.filter(({ connectUs }) => connectUs > 0).length;
  return measured(
    {
      driver: { name: 'k6', version: context.version },
      argv: command(load, context).argv,
      requests: {
        sent: exchanges.length,
        completed: replied.length,
        inFlight: window.inFlight,
        missedStarts: missed && missed.late + missed.unsent,
      },
      windowUs: window.lengthUs,
      bytes: { received: samples.received, body: null },
      statusCounts: statusCountsIn(window),
      errors: errorsOf(words),
      connectionsOpened: opened,
      serverClosedConnections: load.keepAlive ? closedConnections(exchanges, load) : null,
      latency: latencyIn(window, load, { resolutionUs: 1, includesConnect: true }),
      latencyMissing: null,
      phases: phasesOf({
        connect: Float64Array.from(replied, ({ connectUs }) => connectUs),
        waiting: Float64Array.from(replied, ({ waitingUs }) => waitingUs),
        total: Float64Array.from(replied, latencyOf),
      }),
      perSecond: perSecondIn(window),
      replyBodyBytes: firstReply?.bytes ?? null,
      serverHeader: firstReply?.server ?? null,
      mismatchedBodies: compares ? mismatched : null,
      notes: notesOf(window, words, missed, samples.drops.length),
      ownOutput: null,
    },
    output,
    load,
  );
}

/**
 * k6 starts an iteration at its time or drops it: starts and drops together, in order, are the schedule. Counts latency from
 * it; null in a closed loop.
 */
function applySchedule({ exchanges, drops }: K6Samples, load: Load): Missed | null {
  const schedule = scheduleOf(load);
  if (schedule === null) return null;
  const events = [
    ...exchanges.map((exchange) => ({ exchange, startUs: exchange.startUs })),
    ...drops.map((startUs) => ({ exchange: null, startUs })),
  ];
  events.sort((a, b) => a.startUs - b.startUs);
  const due = dueTimes(
    events.map(({ startUs }, index) => ({ index, startUs })),
    schedule.intervalUs,
  );
  for (const [i, { exchange }] of events.entries()) if (exchange !== null) exchange.dueUs = due[i] as number;
  return missedOf(exchanges, Math.max(drops.length, schedule.starts - exchanges.length));
}

/** Connections beyond the first of each virtual user: the one before was closed, or had failed. */
function closedConnections(exchanges: readonly K6Exchange[], load: Load): number {
  const failed = exchanges.filter(({ error }) => error !== '').length;
  const opened = exchanges.filter(({ connectUs }) => connectUs > 0).length;
  return Math.max(0, opened - load.connections - failed);
}

function notesOf(window: Window, words: ReadonlyMap<string, number>, missed: Missed | null, drops: number): string[] {
  const notes = [
    'Latency is k6’s blocked and duration together: the time to connect is part of it.',
    ...reasonNotes(words),
  ];
  if (missed !== null) {
    notes.push(
      'Latency counts from the schedule, which k6’s starts and drops make up together.',
      ...missedNotes(missed),
    );
    if (drops > 0) {
      notes.push(
        `k6 drops a start for which no connection is free: the waits of ${drops} requests are missing from the tail.`,
      );
    }
  } else if (window.inFlight > 0) notes.push(`${window.inFlight} replies came behind the window and are not counted.`);
  return notes;
}
