import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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
  /** Starts the command as a user does; the experiment's file is the first argument unless `args` says otherwise. */
  start(args?: readonly string[], options?: { uid?: number; detached?: boolean }): ChildProcess;
  run(args?: readonly string[], options?: { uid?: number }): Promise<Said>;
  results(): Promise<Results>;
  records(): Promise<TrialRecord[]>;
  report(): Promise<string>;
}

/** @param text The experiment file's text. */
export async function bench(text: string, name = 'bench'): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'lc-bench-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules/loadcell'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const file = join(folder, `${name}.ts`);
  await writeFile(file, text);
  const latest = join(folder, 'out', name, 'latest');
  const start: Bench['start'] = (args = [file], { uid, detached = false } = {}) => {
    const own = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    const argv = [...own, process.execPath, join(root, 'bin/loadcell.js'), ...args];
    return spawn(argv[0] as string, argv.slice(1), {
      cwd: folder,
      env: { ...process.env, ...(uid === undefined ? {} : { HOME: folder }) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
  };
  return {
    folder,
    file,
    start,
    run: (args, options) => ended(start(args, options)),
    results: async () => JSON.parse(await readFile(join(latest, 'results.json'), 'utf8')) as Results,
    records: async () =>
      (await readFile(join(latest, 'trials.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TrialRecord),
    report: () => readFile(join(latest, 'report.md'), 'utf8'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
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
