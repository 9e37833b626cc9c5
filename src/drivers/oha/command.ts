import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { scheduleOf } from '../external/schedule.ts';
import { headerArgs, urlOf } from '../external/target.ts';

const REPORT = 'oha-report.json';
const DATABASE = 'oha-requests.db';
const REQUESTS = 'oha-requests.csv';
const BODY = 'oha-body';

/** What is read of each reply, in this order. Seconds since oha's start; the intended start is empty without a rate. */
export const COLUMNS = ['start', 'start_latency_correction', 'end', 'status', 'len_bytes'] as const;

/**
 * oha writes either every reply (CSV) or its failures (JSON); but every reply goes to a SQLite file as well.
 */
export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  const timeout = `${load.timeoutMs}ms`;
  return {
    argv: [
      'oha',
      ...stopArgs(load),
      '-c',
      String(load.connections),
      ...(load.rate === null ? [] : ['-q', String(load.rate.perSecond), '--latency-correction']),
      ...(load.keepAlive ? [] : ['--disable-keepalive']),
      '--worker-threads',
      String(Math.min(context.cpus, load.connections)),
      '-t',
      timeout,
      '--connect-timeout',
      timeout,
      '-m',
      load.method,
      ...headerArgs('-H', load.headers),
      ...(load.body === null ? [] : ['-D', file(BODY)]),
      '--disable-compression',
      '--no-tui',
      '--output-format',
      'json',
      '-o',
      file(REPORT),
      '--db-url',
      file(DATABASE),
      urlOf(load, context),
    ],
    stdin: null,
    files: { report: REPORT, requests: REQUESTS },
    inputs: load.body === null ? {} : { [BODY]: load.body },
    afterwards: [
      [
        'sqlite3',
        '-readonly',
        '-csv',
        '-cmd',
        `.output ${file(REQUESTS)}`,
        file(DATABASE),
        `select ${COLUMNS.join(', ')} from oha`,
      ],
    ],
  };
}

/** With a rate always a count: a time would leave the last starts of a stalled schedule unmade. */
function stopArgs(load: Load): string[] {
  const schedule = scheduleOf(load);
  if (schedule !== null) return ['-n', String(schedule.starts)];
  const { stop } = load;
  // -w: what is under way at the end is waited for, and cut off by us where it can be counted.
  return stop.kind === 'requests' ? ['-n', String(stop.requests)] : ['-z', `${stop.durationMs}ms`, '-w'];
}
