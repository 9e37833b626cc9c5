import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ExitCode, UserError } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import { crossProblems } from './cross-check.ts';
import { problemsOf } from './problems.ts';
import { type Experiment, experimentSchema } from './schema.ts';

export interface LoadedExperiment {
  /** File name without its ending. */
  name: string;
  /** Absolute path. */
  file: string;
  experiment: Experiment;
}

/** Loads and checks an experiment file. Throws one `UserError` (exit 2) that names every problem at once. */
export async function loadExperiment(path: string, machine: MachineFacts): Promise<LoadedExperiment> {
  const file = resolve(path);
  const exported = await importDefault(file, path);
  const given = typeof exported === 'function' ? await callWith(exported, machine, path) : exported;
  return { name: nameOf(file), file, experiment: checkExperiment(given, path) };
}

export function checkExperiment(given: unknown, path: string): Experiment {
  const parsed = experimentSchema.safeParse(given);
  const wrong = parsed.success ? [] : problemsOf(parsed.error, given, experimentSchema);
  const problems = [...wrong, ...crossProblems(given)];
  if (parsed.success && problems.length === 0) return withFolders(parsed.data);
  throw new UserError(`${path}: ${problems.length === 1 ? 'one thing is' : `${problems.length} things are`} wrong`, {
    exitCode: ExitCode.wrongInput,
    problems,
    hint: 'Nothing was touched. `loadcell schema` prints what an experiment may say.',
  });
}

/** A recipe names its folder by import.meta.url. */
function withFolders(experiment: Experiment): Experiment {
  const servers = experiment.servers.map((server) => ({
    ...server,
    folder: server.folder.startsWith('file:') ? dirname(fileURLToPath(server.folder)) : resolve(server.folder),
  }));
  return { ...experiment, servers };
}

/** Names the run folder: nothing but what a file name may hold. */
const nameOf = (file: string): string =>
  basename(file)
    .replace(/\.[cm]?[jt]s$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '') || 'experiment';

async function importDefault(file: string, path: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw cannotLoad(path, file, error);
  }
  // A CommonJS file that tsx transpiled has its default one level down.
  const exported = unwrapDefault(module.default);
  if (exported === undefined) {
    throw new UserError(`${path} exports no experiment`, {
      exitCode: ExitCode.wrongInput,
      hint: 'Write: export default defineExperiment({ ... })',
    });
  }
  return exported;
}

function unwrapDefault(exported: unknown): unknown {
  const inner = exported as { __esModule?: boolean; default?: unknown } | null | undefined;
  return typeof inner === 'object' && inner?.__esModule === true ? inner.default : exported;
}

function cannotLoad(path: string, file: string, error: unknown): UserError {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const text = (message ?? String(error)).split('\n')[0] as string;
  if (code === 'ERR_MODULE_NOT_FOUND' && text.includes(file)) {
    return new UserError(`there is no file ${path}`, { exitCode: ExitCode.wrongInput, hint: 'Name an experiment file, such as experiments/hello.ts.' });
  }
  const line = stack?.match(/\(?(?:file:\/\/)?(\/[^\s():]+):(\d+)(?::\d+)?\)?/);
  const place = line !== null && line !== undefined && !line[1]?.includes('node_modules') ? ` (${basename(line[1] as string)}:${line[2]})` : '';
  return new UserError(`${path} cannot be loaded: ${text}${place}`, {
    exitCode: ExitCode.wrongInput,
    hint: 'Nothing was touched. Mend the file; `npx tsc --noEmit` checks its types.',
    cause: error,
  });
}

async function callWith(exported: unknown, machine: MachineFacts, path: string): Promise<unknown> {
  try {
    return await (exported as (machine: MachineFacts) => unknown)(machine);
  } catch (error) {
    throw new UserError(`${path}: the experiment's function failed: ${(error as Error).message ?? String(error)}`, {
      exitCode: ExitCode.wrongInput,
      hint: 'It receives the machine\'s facts and returns the experiment.',
      cause: error,
    });
  }
}
