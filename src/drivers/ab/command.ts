import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { hasHeader, headerArgs, urlOf, wholeSeconds } from '../external/target.ts';

/** More than ab can do in a second: the time is to end a timed run, not the count. ab only reserves 40 bytes for each. */
const MOST_PER_SECOND = 200_000;
const MOST_REQUESTS = 100_000_000;

const BODY = 'ab-body';
const PER_REQUEST = 'ab-requests.tsv';
const PERCENTILES = 'ab-percentiles.csv';

export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  return {
    argv: [
      'ab',
      // -t sets n to 50,000: the count has to come after it.
      ...stopArgs(load),
      '-c',
      String(load.connections),
      ...(load.keepAlive ? ['-k'] : []),
      // One reset is not the end of the run (-r); each one's errno goes to stderr (-v 1).
      '-r',
      '-v',
      '1',
      '-s',
      String(wholeSeconds(load.timeoutMs)),
      '-g',
      file(PER_REQUEST),
      '-e',
      file(PERCENTILES),
      ...requestArgs(load, file(BODY)),
      urlOf(load, context),
    ],
    stdin: null,
    files: { requests: PER_REQUEST, percentiles: PERCENTILES },
    // Emptied first: ab leaves the files of an earlier run when it has nothing to write.
    inputs: { [PER_REQUEST]: '', [PERCENTILES]: '', ...(load.body === null ? {} : { [BODY]: load.body }) },
  };
}

function stopArgs({ stop }: Load): string[] {
  if (stop.kind === 'requests') return ['-n', String(stop.requests)];
  const seconds = wholeSeconds(stop.durationMs);
  return ['-t', String(seconds), '-n', String(Math.min(MOST_REQUESTS, seconds * MOST_PER_SECOND))];
}

function requestArgs({ method, headers, body }: Load, bodyFile: string): string[] {
  const { type, others } = contentType(headers);
  const args = headerArgs('-H', others);
  if (body !== null) {
    args.push(method === 'PUT' ? '-u' : '-p', bodyFile, '-T', type ?? 'application/octet-stream');
    // After -p, which means POST.
    if (method !== 'POST' && method !== 'PUT') args.push('-m', method);
  } else {
    if (type !== null) args.push(...headerArgs('-H', { 'Content-Type': type }));
    if (method === 'HEAD') args.push('-i');
    else if (method !== 'GET') args.push('-m', method);
  }
  return args;
}

/** ab writes a Content-Type of its own beside a body (-T); a second one through -H would be sent twice. */
function contentType(headers: Load['headers']): { type: string | null; others: Record<string, string> } {
  if (!hasHeader(headers, 'content-type')) return { type: null, others: headers };
  const isType = ([name]: [string, string]): boolean => name.toLowerCase() === 'content-type';
  const type = Object.entries(headers).find(isType)?.[1] ?? null;
  return { type, others: Object.fromEntries(Object.entries(headers).filter((one) => !isType(one))) };
}
