import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { scheduleOf } from '../external/schedule.ts';
import { expectedBodyBytes, headerArgs, urlOf } from '../external/target.ts';

const RESULTS = 'vegeta-results.gob';
const REQUESTS = 'vegeta-requests.csv';
const BODY = 'vegeta-body';
/** What a counted warm-up becomes: vegeta has no count. */
const COUNTED_MS = 1_000;
/** Bodies up to this long are stored with every result and compared; longer ones would fill the disk. */
const COMPARED_BYTES = 4_096;

/** How much of each body vegeta keeps: a byte more than is expected, so that a longer one is seen. 0: none. */
export function keptBodyBytes(load: Load, context: DriveContext): number {
  const expected = expectedBodyBytes(load, context);
  return expected === null || expected > COMPARED_BYTES ? 0 : expected + 1;
}

export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  const connections = String(load.connections);
  return {
    argv: [
      'vegeta',
      'attack',
      ...paceArgs(load),
      // As many workers as connections: each has one request under way at most.
      ...['workers', 'max-workers', 'connections', 'max-connections'].map((name) => `-${name}=${connections}`),
      `-keepalive=${load.keepAlive}`,
      '-http2=false',
      // The address is a number already; its cache of names would only stand in the way.
      '-dns-ttl=-1',
      '-redirects=-1',
      `-timeout=${load.timeoutMs}ms`,
      // It binds to 0.0.0.0 unless told otherwise, from where no IPv6 address is reached.
      ...(context.address.includes(':') ? ['-laddr=::'] : []),
      `-max-body=${keptBodyBytes(load, context)}`,
      ...headerArgs('-header', load.headers),
      ...(load.body === null ? [] : [`-body=${file(BODY)}`]),
      `-output=${file(RESULTS)}`,
    ],
    stdin: `${load.method} ${urlOf(load, context)}\n`,
    files: { requests: REQUESTS },
    inputs: load.body === null ? {} : { [BODY]: load.body },
    afterwards: [['vegeta', 'encode', '-to=csv', `-output=${file(REQUESTS)}`, file(RESULTS)]],
  };
}

function paceArgs(load: Load): string[] {
  const schedule = scheduleOf(load);
  if (schedule !== null) {
    return [`-rate=1/${Math.round(schedule.intervalUs * 1000)}ns`, `-duration=${schedule.durationNs}ns`];
  }
  const durationMs = load.stop.kind === 'duration' ? load.stop.durationMs : COUNTED_MS;
  return ['-rate=0', `-duration=${durationMs}ms`];
}
