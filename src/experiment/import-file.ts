import { pathToFileURL } from 'node:url';
import { ExitCode, UserError } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import { importFailure, placeOf } from './import-failure.ts';
import { firstLine, thrown } from './thrown.ts';
import { watched } from './watched.ts';

/** An experiment is a definition: what takes longer waits for something that does not come. */
const PATIENCE_MS = 60_000;
const WRITE = 'Write: export default defineExperiment({ ... })';

/** What the file's default export says, the function form called with the machine's facts. Throws `UserError` (exit 2). */
export async function definitionFrom(file: string, path: string, machine: MachineFacts): Promise<unknown> {
  const exported = await defaultExport(file, path);
  if (exported === undefined) {
    throw new UserError(`${path} has no default export`, { exitCode: ExitCode.wrongInput, hint: WRITE });
  }
  if (typeof exported !== 'function') return exported;
  const given = await called(exported as (machine: MachineFacts) => unknown, machine, file, path);
  if (given !== undefined) return given;
  throw new UserError(`${path}: the experiment's function returns nothing`, {
    exitCode: ExitCode.wrongInput,
    hint: 'Write: export default defineExperiment((machine) => ({ ... })), with the round brackets, or return the definition.',
  });
}

async function defaultExport(file: string, path: string): Promise<unknown> {
  try {
    return await inTime(async () => {
      const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
      // A CommonJS file that was transpiled has its default one level down. A promise is waited for.
      return unwrapped(module.default);
    });
  } catch (error) {
    throw importFailure(error, file, path);
  }
}

function unwrapped(exported: unknown): unknown {
  const inner = exported as { __esModule?: unknown; default?: unknown } | null | undefined;
  return typeof inner === 'object' && inner?.__esModule === true ? inner.default : exported;
}

async function called(
  define: (machine: MachineFacts) => unknown,
  machine: MachineFacts,
  file: string,
  path: string,
): Promise<unknown> {
  try {
    // A copy: the facts are the report's too.
    return await inTime(() => define(structuredClone(machine)));
  } catch (error) {
    const message = firstLine(thrown(error).message);
    throw new UserError(`${path}: the experiment's function failed: ${message}${placeOf(error, file)}`, {
      exitCode: ExitCode.wrongInput,
      hint: "It receives the machine's facts and returns the definition.",
      cause: error,
    });
  }
}

async function inTime<T>(work: () => Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(
      `it was not done after ${PATIENCE_MS / 1_000} s: an experiment is a definition and waits for nothing`,
    );
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  try {
    return await Promise.race([watched(work), late]);
  } finally {
    clearTimeout(timer);
  }
}
