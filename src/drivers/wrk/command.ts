import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { evenThreads, headerArgs, urlOf, wholeSeconds } from '../external/target.ts';
import { scriptFor } from './script.ts';

const SCRIPT = 'wrk-load.lua';
const DUMP = 'wrk-latencies.tsv';
/** What a counted warm-up becomes: wrk has no count. */
const COUNTED_MS = 1_000;

export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  const durationMs = load.stop.kind === 'duration' ? load.stop.durationMs : COUNTED_MS;
  return {
    argv: [
      'wrk',
      '-t',
      String(evenThreads(load.connections, context.cpus)),
      '-c',
      String(load.connections),
      '-d',
      `${wholeSeconds(durationMs)}s`,
      '--timeout',
      `${wholeSeconds(load.timeoutMs)}s`,
      '-s',
      file(SCRIPT),
      ...headerArgs('-H', load.headers),
      ...(load.keepAlive ? [] : ['-H', 'Connection: close']),
      urlOf(load, context),
    ],
    stdin: null,
    files: { dump: DUMP },
    inputs: { [SCRIPT]: scriptFor(load, file(DUMP)), [DUMP]: '' },
  };
}
