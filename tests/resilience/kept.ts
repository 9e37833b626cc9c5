import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFile } from '../../src/model/run.ts';
import { type Fingerprint, fingerprint } from '../support/fingerprint.ts';
import type { Bench } from '../support/loadcell.ts';
import { experiment, nodeServer } from '../support/loadcell.ts';

export const isRoot = process.getuid?.() === 0;
/** `loadcell`, for a shell's text: what a user would type. */
export const COMMAND = `"${process.execPath}" "${resolve(import.meta.dirname, '../../bin/loadcell.js')}"`;

export const SERVER = nodeServer("(_, reply) => reply.end('hello')");
const LOAD = "load: { path: '/', duration: '200ms', connections: [2, 4], warmup: false, driver: 'loadcell' }";

/** Two cells of two short trials each, with no seed of its own. */
export const FOUR_TRIALS = experiment(SERVER, LOAD).replace('trials: 1, seed: 1,', 'trials: 2,');

/** Of a test that runs several of them, each perhaps twice over on a machine that others use, ms. */
export const LONG = 240_000;

/** The newest run of a bench, as its files are. */
export async function stored(made: Bench, out = join(made.folder, 'out')) {
  const home = join(out, 'bench');
  const names = await readdir(home);
  const latest = join(home, 'latest');
  return {
    runs: names.filter((name) => name !== 'latest'),
    run: JSON.parse(await readFile(join(latest, 'run.json'), 'utf8')) as RunFile,
    journal: join(latest, 'trials.jsonl'),
    lines: (await readFile(join(latest, 'trials.jsonl'), 'utf8')).split('\n').slice(0, -1),
  };
}

/** Waits until a file holds so many lines. */
export async function untilLines(file: string, count: number, child: ChildProcess): Promise<void> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.split('\n').length > count) return;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended before ${count} records`);
    await sleep(10);
  }
}

/** Runs a shell's text in the bench, with its temporary folder, as `Bench.start` does for the command. */
export function shell(
  made: Bench,
  text: string,
  prefix: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const argv = [...prefix, 'sh', '-c', text];
  return spawn(argv[0] as string, argv.slice(1), {
    cwd: made.folder,
    env: { ...process.env, TMPDIR: made.temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a run that sets nothing of the whole machine could leave. */
export async function leftovers(made: Bench): Promise<Omit<Fingerprint, 'sysctls'>> {
  const { sysctls: _, ...left } = await fingerprint(made);
  return left;
}
