import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../support/loadcell.ts';

export interface Found {
  pid: number;
  /** One letter of /proc/PID/stat: `T` is stopped. */
  state: string;
  command: string;
}

/** Live processes that a bench's command started, however far down: their environment names its temporary folder. */
export async function processesOf(made: Bench): Promise<Found[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      if (!(await read('environ')).includes(made.temporary)) return [];
      const stat = await read('stat');
      const state = stat[stat.lastIndexOf(')') + 2] ?? 'X';
      return 'ZX'.includes(state)
        ? []
        : [{ pid: Number(pid), state, command: (await read('cmdline')).replaceAll('\0', ' ') }];
    }),
  );
  return found.flat();
}

export const guardianOf = (found: readonly Found[]): Found | undefined =>
  found.find(({ command }) => /\/guardian\.mjs /.test(command));

/** Processes that run the experiment: below tsx where there is one, which is not among them. */
export const runnersOf = async (made: Bench): Promise<Found[]> =>
  (await processesOf(made)).filter(
    ({ command }) => command.includes(made.file) && !/\bcli\.mjs |\.bin\/tsx /.test(command),
  );

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await sleep(25);
  }
}
