import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { evenThreads, headerArgs, urlOf } from '../external/target.ts';

const LOG = 'h2load-requests.tsv';
const BODY = 'h2load-body';

export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  return {
    argv: [
      'h2load',
      // Without it h2load speaks HTTP/2 to an http URL, from the first byte on.
      ...(load.http === '1.1' ? ['--h1'] : []),
      ...stopArgs(load),
      '-c',
      String(load.connections),
      '-t',
      String(evenThreads(load.connections, context.cpus)),
      '-m',
      String(load.pipelining),
      // A connection on which nothing happens for so long is given up. h2load itself would wait for ever.
      '-N',
      `${load.timeoutMs}ms`,
      `--log-file=${file(LOG)}`,
      ...requestArgs(load, file(BODY)),
      urlOf(load, context),
    ],
    stdin: null,
    files: { log: LOG },
    // Emptied first: h2load appends to the log of an earlier run.
    inputs: { [LOG]: '', ...(load.body === null ? {} : { [BODY]: load.body }) },
  };
}

/** A timed run over fresh connections never ends: where one is asked for all the same it has so many requests a connection. */
const FRESH_REQUESTS = 20;

/** A counted warm-up may ask for fewer requests than there are connections, which h2load refuses. */
function stopArgs({ stop, connections, keepAlive }: Load): string[] {
  if (stop.kind === 'requests') return ['-n', String(Math.max(stop.requests, connections))];
  return keepAlive
    ? ['-D', `${Math.max(1, Math.round(stop.durationMs))}ms`]
    : ['-n', String(connections * FRESH_REQUESTS)];
}

function requestArgs({ method, headers, body, keepAlive }: Load, bodyFile: string): string[] {
  // A Host of ours goes where h2load keeps its own, or there would be two.
  const named = Object.entries(headers).map(([name, value]) =>
    name.toLowerCase() === 'host' ? [':authority', value] : [name, value],
  );
  return [
    ...(body === null ? [] : ['-d', bodyFile]),
    // After -d, which means POST.
    ...(method === (body === null ? 'GET' : 'POST') ? [] : ['-H', `:method: ${method}`]),
    ...headerArgs('-H', Object.fromEntries(named)),
    ...(keepAlive ? [] : ['-H', 'Connection: close']),
  ];
}
