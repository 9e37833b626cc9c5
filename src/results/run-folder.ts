import { dirname, join } from 'node:path';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import type { RunFile } from '../model/run.ts';
import { parseJson } from './json.ts';
import { runFileSchema } from './run-file-schema.ts';
import { schemaProblems } from './schema-problems.ts';

/** Names inside a run folder: `out/<experiment>/<run>/`. */
export interface RunFolder {
  path: string;
  run: string;
  trials: string;
  resultsJson: string;
  resultsCsv: string;
  report: string;
  html: string;
  charts: string;
  logs: string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    run: join(path, 'run.json'),
    trials: join(path, 'trials.jsonl'),
    resultsJson: join(path, 'results.json'),
    resultsCsv: join(path, 'results.csv'),
    report: join(path, 'report.md'),
    html: join(path, 'report.html'),
    charts: join(path, 'charts'),
    logs: join(path, 'logs'),
  };
}

/** Sortable, file-name safe: `20261123-081707-1a2b`. */
function newRunId(nowMs: number, salt: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${(salt & 0xffff).toString(16).padStart(4, '0')}`;
}

/** An id that no run in `home` has: a second run in the same second, or after the clock was set back, gets another. */
export async function freeRunId(host: Host, home: string, nowMs: number, salt: number): Promise<string> {
  for (let more = 0; ; more += 1) {
    const id = newRunId(nowMs, salt + more);
    if (!(await host.exists(join(home, id)))) return id;
  }
}

/** Throws `UserError` where no folder can be made at `path`. Makes nothing: what is there, or the nearest above it, is asked. */
export async function checkWritable(host: Host, path: string): Promise<void> {
  let at = path;
  try {
    while (!(await host.exists(at)) && dirname(at) !== at) at = dirname(at);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  // The dot follows a link, and is refused by what is no folder.
  if (await host.canWrite(`${at}/.`)) return;
  throw new UserError(`no run folder can be made in ${path}`, {
    exitCode: ExitCode.preflightRefused,
    problems: [{ where: at, what: `it is not a folder that ${host.user.name} can write` }],
    hint: 'Nothing was changed. Give another folder with --out, or make this one writable.',
  });
}

/** Creates the folder with `run.json` in it. A folder that cannot be written is the user's to mend, before any trial. */
export async function createRunFolder(host: Host, path: string, run: RunFile): Promise<RunFolder> {
  const folder = runFolder(path);
  try {
    await host.makeFolder(folder.logs);
    await writeRunFile(host, folder, run);
  } catch (error) {
    // Half of a run folder is nothing that anybody could resume.
    await host.remove(path).catch(() => {});
    throw cannotWrite(path, error);
  }
  return folder;
}

/**
 * Refuses a name inside a run folder that is a link: a folder that came from elsewhere could lead what is written to it
 * anywhere. What is not there passes. Throws `UserError` (exit 2).
 */
export async function refuseLink(host: Host, path: string): Promise<void> {
  if (!(await host.exists(path)) || (await host.stat(path)).kind !== 'link') return;
  throw new UserError(`${path} is a link, which would lead out of the run folder`, {
    exitCode: ExitCode.wrongInput,
    hint: 'Nothing was written through it. Put what it points to in its place, or remove it.',
  });
}

/** Replaces run.json, once it is sure that records can follow. */
export async function rewriteRunFile(host: Host, folder: RunFolder, run: RunFile): Promise<void> {
  for (const path of [folder.trials, folder.logs, folder.charts]) await refuseLink(host, path);
  try {
    if ((await host.exists(folder.trials)) && !(await host.canWrite(folder.trials))) {
      throw new HostError(`cannot append to ${folder.trials}`, 'EACCES', folder.trials);
    }
    await writeRunFile(host, folder, run);
  } catch (error) {
    throw cannotWrite(folder.path, error);
  }
}

const writeRunFile = (host: Host, folder: RunFolder, run: RunFile): Promise<void> =>
  host.writeDurable(folder.run, `${JSON.stringify(run, null, 2)}\n`);

/** Points `out/<experiment>/latest` to this run. */
export async function linkLatest(host: Host, folder: RunFolder): Promise<void> {
  const name = folder.path.split('/').at(-1) as string;
  const latest = join(folder.path, '..', 'latest');
  await host.link(name, latest).catch((error: unknown) => {
    throw cannotWrite(latest, error);
  });
}

export async function readRunFile(host: Host, folder: RunFolder): Promise<RunFile> {
  const text = await host.readText(folder.run).catch((error: unknown) => {
    throw new UserError(`${folder.path} is not a run folder: it has no run.json`, {
      exitCode: ExitCode.wrongInput,
      hint: 'Name a folder such as out/<experiment>/<run>, or out/<experiment>/latest.',
      cause: error,
    });
  });
  return parseRunFile(text, folder.run);
}

/** Throws `UserError` (exit 2) for what is no run file of this version. `file` is how the message calls it. */
export function parseRunFile(text: string, file: string): RunFile {
  const hint = 'It was not written by this version of loadcell, or it is damaged; run the experiment again.';
  const wrong = (problems: readonly Problem[]): UserError =>
    new UserError(`${file} cannot be read`, { exitCode: ExitCode.wrongInput, problems, hint });
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw wrong([{ where: 'all of it', what: 'it is no JSON' }]);
  }
  const checked = runFileSchema.safeParse(value);
  if (!checked.success) throw wrong(schemaProblems(checked.error));
  return value as RunFile;
}

/** Why a run folder cannot be written, in the user's words. */
export function cannotWrite(path: string, error: unknown): UserError {
  const code = error instanceof HostError ? error.code : 'unknown error';
  const hints: Record<string, string> = {
    ENOSPC: 'The disk is full: make room, or give another folder with --out.',
    EACCES: 'The folder is not yours to write: give another one with --out.',
    EROFS: 'The file system is read-only: give another folder with --out.',
  };
  return new UserError(`cannot write ${path} (${code})`, {
    exitCode: ExitCode.preflightRefused,
    hint: hints[code] ?? 'Give another folder with --out.',
    cause: error,
  });
}
