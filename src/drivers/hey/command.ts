import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { headerArgs, urlOf, wholeSeconds } from '../external/target.ts';
import { TEMPLATE } from './template.ts';

const BODY = 'hey-body';

export function command(load: Load, context: DriveContext): DriveCommand {
  return {
    argv: [
      'hey',
      ...stopArgs(load),
      '-c',
      String(load.connections),
      '-cpus',
      String(context.cpus),
      '-t',
      String(wholeSeconds(load.timeoutMs)),
      '-o',
      TEMPLATE,
      // What it does beyond what was asked for: other bodies, and more requests than it counts.
      '-disable-compression',
      '-disable-redirects',
      ...(load.keepAlive ? [] : ['-disable-keepalive']),
      ...requestArgs(load, `${context.folder}/${BODY}`),
      urlOf(load, context),
    ],
    stdin: null,
    files: {},
    inputs: load.body === null ? {} : { [BODY]: load.body },
  };
}

/** A counted warm-up may ask for what is no multiple of the connections: rounded up, where hey would round down. */
function stopArgs({ stop, connections }: Load): string[] {
  if (stop.kind === 'duration') return ['-z', `${stop.durationMs}ms`];
  return ['-n', String(Math.ceil(stop.requests / connections) * connections)];
}

function requestArgs({ method, headers, body }: Load, bodyFile: string): string[] {
  const host = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host');
  const others = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== host?.[0]));
  return [
    ...(method === 'GET' ? [] : ['-m', method]),
    ...headerArgs('-H', others),
    ...(host ? ['-host', host[1]] : []),
    ...(body === null ? [] : ['-D', bodyFile]),
  ];
}
