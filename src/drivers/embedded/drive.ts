import { type DriveCommand, type DriveContext, type DriveOutput, DriverError } from '../../model/driver.ts';
import { encodeCounts } from '../../model/histogram.ts';
import { errorTotal, type Latency, type Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { READY_LINE, type WorkerLatency, type WorkerOrder, type WorkerReport } from './protocol.ts';

/** How much of a dead worker's stderr goes into the reason. */
const REASON_LENGTH = 400;

/** Runs the driver's own worker: node, its compiled file, and the order on stdin. */
export function embeddedCommand(driver: string, load: Load, context: DriveContext): DriveCommand {
  const worker = context.workers[driver];
  if (worker === undefined) throw new Error(`the worker of driver ${driver} has not been compiled`);
  const { address, port, expectedBody, seed } = context;
  const order: WorkerOrder = { address, port, expectedBody, seed, load };
  return { argv: [context.node, worker], stdin: JSON.stringify(order), readyLine: READY_LINE, files: {}, inputs: {} };
}

/**
 * A worker's output as a measurement.
 * @throws DriverError `generator-deadline`, `generator-aborted`, `output-unreadable`, `nothing-measured`, or what the
 * worker itself named.
 */
export function embeddedMeasurement(
  driver: string,
  output: DriveOutput,
  load: Load,
  context: DriveContext,
): Measurement {
  const { failure, latency, ...report } = readReport(driver, output);
  const { completed } = report.requests;
  if (completed === 0) {
    const why = `No request got a complete reply (${describeErrors(report)}).${failure ? ` ${failure.message}.` : ''}`;
    throw new DriverError(why, 'nothing-measured', 0);
  }
  if (failure) throw new DriverError(failure.message, failure.code, completed);
  return {
    ...report,
    latency: latency === null ? null : latencyOf(latency),
    driver: { name: driver, version: context.version },
    argv: embeddedCommand(driver, load, context).argv,
    latencyMissing: null,
    ownOutput: null,
  };
}

const latencyOf = ({ counts, ...latency }: WorkerLatency): Latency => ({
  ...latency,
  histogram: encodeCounts(counts),
});

function readReport(driver: string, output: DriveOutput): WorkerReport {
  if (output.timedOut) throw new DriverError(`${driver} did not end within its deadline`, 'generator-deadline');
  if (output.code !== 0) {
    const how = output.signal === null ? `exit code ${output.code}` : `signal ${output.signal}`;
    const last = output.stderr.trim().slice(-REASON_LENGTH);
    throw new DriverError(`${driver} ended with ${how}: ${last}`, 'generator-aborted');
  }
  try {
    const ready = `${READY_LINE}\n`;
    const said = output.stdout.startsWith(ready) ? output.stdout.slice(ready.length) : output.stdout;
    const report = JSON.parse(said) as WorkerReport;
    if (typeof report.requests?.completed !== 'number') throw new SyntaxError('no counts');
    return report;
  } catch (error) {
    throw new DriverError(`${driver} printed what is not its report: ${String(error)}`, 'output-unreadable');
  }
}

/** `30 connect, 2 timeout`, or `no errors`. */
export function describeErrors({ errors }: Pick<WorkerReport, 'errors'>): string {
  if (errorTotal(errors) === 0) return 'no errors';
  const some = Object.entries(errors).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `${count} ${kind}`).join(', ');
}
