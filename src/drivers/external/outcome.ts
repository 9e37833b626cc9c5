import { type DriveOutput, DriverError } from '../../model/driver.ts';
import { type ErrorCounts, errorTotal, type Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';

/** How much of a generator's own words goes into a reason. */
const REASON_LENGTH = 400;
const LINES = 4;
/** A generator's clock may be wall time: its window may exceed its life by this much before we take it for a jump. */
const CLOCK_SLACK_US = 5_000;

/**
 * @throws DriverError `generator-deadline` or `generator-aborted` unless the generator ended by itself with code 0.
 * @param completed requests that it had completed before, where its output tells.
 */
export function requireOrderlyEnd(driver: string, output: DriveOutput, completed: number | null = null): void {
  if (output.timedOut) {
    throw new DriverError(`${driver} did not end within its deadline and was killed`, 'generator-deadline', completed);
  }
  if (output.code === 0) return;
  const how = output.signal === null ? `exit code ${output.code}` : `signal ${output.signal}`;
  const said = lastWords(output);
  throw new DriverError(`${driver} ended with ${how}${said && `: ${said}`}`, 'generator-aborted', completed);
}

/** The last different lines of stderr, or of stdout where stderr is empty, on one line. */
export function lastWords(output: Pick<DriveOutput, 'stdout' | 'stderr'>): string {
  const text = output.stderr.trim() || output.stdout.trim();
  const lines = text
    .slice(-10 * REASON_LENGTH)
    .split('\n')
    .map((line) => line.trim());
  const different = [...new Set(lines.reverse())].filter((line) => line !== '').slice(0, LINES);
  return different.reverse().join('; ').slice(-REASON_LENGTH);
}

export const unreadable = (driver: string, what: string): DriverError =>
  new DriverError(`${driver} printed what cannot be its report: ${what}`, 'output-unreadable');

/** The text of a generator's file of requests. @throws DriverError `output-unreadable` where there is none. */
export function requireText(driver: string, text: string | undefined, output: DriveOutput): string {
  if (text !== undefined && text !== '') return text;
  const said = lastWords(output);
  throw unreadable(
    driver,
    `its file of requests is missing, empty, or too long to read (512 MB)${said && `; ${said}`}`,
  );
}

/**
 * The last gate before a measurement leaves: something was completed, and the window fits into the generator's life.
 * @param load an open loop's generator may end when its last start has been answered: the schedule lasts an interval longer
 * @throws DriverError `nothing-measured` or `output-unreadable`
 */
export function measured(measurement: Measurement, output: Pick<DriveOutput, 'wallUs'>, load: Load): Measurement {
  const { name } = measurement.driver;
  if (measurement.requests.completed <= 0) {
    const why = describeErrors(measurement.errors);
    throw new DriverError(`no request got a complete reply (${name} tells of ${why})`, 'nothing-measured', 0);
  }
  if (!(measurement.windowUs > 0)) throw unreadable(name, `a window of ${measurement.windowUs} µs`);
  const restUs = load.rate === null ? 0 : 1e6 / load.rate.perSecond;
  if (measurement.windowUs > output.wallUs + restUs + CLOCK_SLACK_US) {
    const [window, life] = [measurement.windowUs, output.wallUs].map((us) => `${Math.round(us / 1000)} ms`);
    throw unreadable(name, `a window of ${window} in a life of ${life}: its clock was set meanwhile`);
  }
  return measurement;
}

/** `30 connect, 2 timeout`, or `no errors`. */
function describeErrors(errors: ErrorCounts): string {
  if (errorTotal(errors) === 0) return 'no errors';
  const some = Object.entries(errors).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `${count} ${kind}`).join(', ');
}
