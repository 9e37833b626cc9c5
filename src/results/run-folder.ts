import { join } from 'node:path';
import { ExitCode, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import type { RunFile } from '../model/run.ts';

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
export function newRunId(nowMs: number, salt: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${(salt & 0xffff).toString(16).padStart(4, '0')}`;
}

/** Creates the folder with `run.json` in it. A folder that cannot be written is the user's to mend, before any trial. */
export async function createRunFolder(host: Host, path: string, run: RunFile): Promise<RunFolder> {
  const folder = runFolder(path);
  try {
    await host.makeFolder(folder.logs);
    await host.writeDurable(folder.run, `${JSON.stringify(run, null, 2)}\n`);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  return folder;
}

/** Points `out/<experiment>/latest` to this run. */
export async function linkLatest(host: Host, folder: RunFolder): Promise<void> {
  const name = folder.path.split('/').at(-1) as string;
  await host.link(name, join(folder.path, '..', 'latest'));
}

export async function readRunFile(host: Host, folder: RunFolder): Promise<RunFile> {
  const text = await host.readText(folder.run).catch((error: unknown) => {
    throw new UserError(`${folder.path} is not a run folder: it has no run.json`, {
      exitCode: ExitCode.wrongInput,
      hint: 'Name a folder such as out/<experiment>/<run>, or out/<experiment>/latest.',
      cause: error,
    });
  });
  try {
    const run = JSON.parse(text) as RunFile;
    if (run.schemaVersion !== 1 || typeof run.plan !== 'object') throw new Error('unknown schemaVersion');
    return run;
  } catch (error) {
    throw new UserError(`${folder.run} cannot be read: ${(error as Error).message}`, {
      exitCode: ExitCode.wrongInput,
      hint: 'It was not written by this version of loadcell, or it is damaged; run the experiment again.',
      cause: error,
    });
  }
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
