import type { DriveContext, DriveOutput } from '../../model/driver.ts';
import { type Latency, type Measurement, noErrors } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { latencyOfCounts } from '../external/latency.ts';
import { measured, requireOrderlyEnd, unreadable } from '../external/outcome.ts';
import { command } from './command.ts';
import { readDump, type WrkDump } from './dump.ts';
import { undoCorrection } from './undo.ts';

/** @throws DriverError */
export function parse(output: DriveOutput, load: Load, context: DriveContext): Measurement {
  requireOrderlyEnd('wrk', output);
  const dump = readDump(output.files.dump ?? '');
  const { errors } = dump;
  const latency = latencyOf(dump, load);
  return measured(
    {
      driver: { name: 'wrk', version: context.version },
      argv: command(load, context).argv,
      requests: { sent: null, completed: dump.requests, inFlight: null, missedStarts: null },
      windowUs: dump.duration,
      bytes: { received: dump.bytes, body: null },
      statusCounts: {
        '2xx-3xx': dump.requests - errors.status,
        ...(errors.status > 0 ? { '4xx-5xx': errors.status } : {}),
      },
      errors: { ...noErrors(), connect: errors.connect, reset: errors.read + errors.write, timeout: errors.timeout },
      connectionsOpened: null,
      serverClosedConnections: null,
      latency,
      latencyMissing: load.pipelining > 1 ? 'wrk times whole batches when it pipelines, not requests' : null,
      phases: null,
      perSecond: null,
      replyBodyBytes: null,
      serverHeader: null,
      mismatchedBodies: null,
      notes: notesOf(load),
      ownOutput: null,
    },
    output,
    load,
  );
}

/** @throws DriverError when the latencies, freed of what wrk made up, are not one for each request. */
function latencyOf(dump: WrkDump, load: Load): Latency | null {
  if (load.pipelining > 1) return null;
  const raw = undoCorrection(dump.latencies, dump.duration, dump.requests, load.connections);
  const total = raw.reduce((sum, [, count]) => sum + count, 0);
  // A reply later than the timeout is counted as both, a request and a timeout, and its latency is dropped.
  if (total !== dump.requests - dump.errors.timeout || raw.some(([, count]) => count < 0)) {
    throw unreadable('wrk', `${total} latencies for ${dump.requests} requests and ${dump.errors.timeout} timeouts`);
  }
  return latencyOfCounts(raw, { kind: 'service-time', resolutionUs: 1, includesConnect: false });
}

function notesOf(load: Load): string[] {
  const notes = [
    'wrk’s correction for coordinated omission was undone exactly: latencies are what it measured.',
    'wrk does not tell 3xx from 2xx replies and does not look at bodies.',
    load.keepAlive
      ? 'wrk does not tell when a server announces that it closes a kept connection.'
      : 'Fresh connections by `Connection: close`: the server closes, and the time to connect is not in the latency.',
  ];
  if (load.timeoutMs % 1000 !== 0) notes.push('wrk’s timeout is in whole seconds: it was rounded up.');
  return notes;
}
