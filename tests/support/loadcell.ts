import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TrialRecord } from '../../src/model/record.ts';
import type { CellResult, Results } from '../../src/model/result.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Said {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A folder of its own with an experiment in it, from which `loadcell` resolves as it would for a user. */
export interface Bench extends AsyncDisposable {
  folder: string;
  file: string;
  /** The temporary folder of everything that is started here: it names the processes too, by their environment. */
  temporary: string;
  /** Of the commands that were started so far. */
  pids(): number[];
  /** Starts the command as a user does; the experiment's file is the first argument unless `args` says otherwise. */
  start(args?: readonly string[], options?: StartOptions): ChildProcess;
  run(args?: readonly string[], options?: StartOptions): Promise<Said>;
  results(): Promise<Results>;
  records(): Promise<TrialRecord[]>;
  report(): Promise<string>;
}

export interface StartOptions {
  uid?: number;
  detached?: boolean;
  env?: Readonly<Record<string, string>>;
  /** What stands for `bin/loadcell.js`, such as tsx and `run.ts`. */
  through?: readonly string[];
  /** What the whole command is run by, such as `unshare -n`. */
  before?: readonly string[];
}

/**
 * `before` for a run on the host: in a network of its own it need not wait for the TIME_WAIT sockets that other tests have
 * left on the machine's loopback. Root only; others wait.
 */
export const OWN_NETWORK: readonly string[] =
  process.getuid?.() === 0 ? ['unshare', '-n', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] : [];

/** @param text The experiment file's text. */
export async function bench(text: string, name = 'bench'): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'lc-bench-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules/loadcell'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const file = join(folder, `${name}.ts`);
  await writeFile(file, text);
  const latest = join(folder, 'out', name, 'latest');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  // Compiled source is shared with every other run of tsx, so that no command starts cold.
  const compiled = `tsx-${process.getuid?.()}`;
  await mkdir(join(tmpdir(), compiled), { recursive: true });
  await symlink(join(tmpdir(), compiled), join(temporary, compiled));
  const started: ChildProcess[] = [];
  const start: Bench['start'] = (args = [file], { uid, detached = false, env = {}, through, before = [] } = {}) => {
    const own = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    const argv = [...own, ...before, process.execPath, ...(through ?? [join(root, 'bin/loadcell.js')]), ...args];
    const child = spawn(argv[0] as string, argv.slice(1), {
      cwd: folder,
      env: { ...process.env, TMPDIR: temporary, ...(uid === undefined ? {} : { HOME: folder }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    started.push(child);
    return child;
  };
  return {
    folder,
    file,
    temporary,
    pids: () => started.flatMap(({ pid }) => pid ?? []),
    start,
    run: (args, options) => ended(start(args, options)),
    results: async () => JSON.parse(await readFile(join(latest, 'results.json'), 'utf8')) as Results,
    records: async () =>
      (await readFile(join(latest, 'trials.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TrialRecord),
    report: () => readFile(join(latest, 'report.md'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map(stop));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A command that a failed test left running ends as by Ctrl-C, and is waited for. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

export function ended(child: ChildProcess): Promise<Said> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}

export const codesOf = (cell: CellResult | undefined): string[] => cell?.caveats.map((caveat) => caveat.code) ?? [];

/** A node:http server as a recipe: `body` is the request listener's text. */
export const nodeServer = (listener: string, more = ''): string => `{
  name: 'server',
  folder: import.meta.url,
  command: ['{{node}}', '-e', ${JSON.stringify(`require('node:http').createServer(${listener}).listen({{port}}, '{{address}}')`)}],
  ready: { http: '/' },
  reply: { status: 200, body: 'hello' },
  ${more}
}`;

export const experiment = (server: string, more: string): string => `
import { defineExperiment } from 'loadcell';
export default defineExperiment({ title: 'bench', servers: [${server}], trials: 1, seed: 1, ${more} });
`;
