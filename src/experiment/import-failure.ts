import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitCode, UserError } from '../model/errors.ts';
import { firstLine, thrown } from './thrown.ts';

const MEND = 'Nothing was touched. Mend the file; `npx tsc --noEmit` checks its types.';

/** Why a file could not be imported, with the place in the author's own files and without a stack trace. */
export function importFailure(error: unknown, file: string, path: string): UserError {
  const { message, hint } = explained(error, file, path);
  return new UserError(message, { exitCode: ExitCode.wrongInput, hint, cause: error });
}

function explained(error: unknown, file: string, path: string): { message: string; hint: string } {
  const { code, message, name } = thrown(error);
  switch (code) {
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      return notFound(message, file, path);
    case 'ERR_UNSUPPORTED_DIR_IMPORT':
      return { message: `${path} is a folder`, hint: 'Name an experiment file in it, such as experiments/hello.ts.' };
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return { message: `${path} is not a program`, hint: 'An experiment is a .ts, .mts, .js or .mjs file.' };
  }
  const syntax = syntaxError(error, file);
  if (syntax !== null) return { message: `${path} cannot be read: ${syntax}`, hint: MEND };
  const said = firstLine(message) || name;
  return { message: `${path} cannot be loaded: ${said}${placeOf(error, file)}`, hint: MEND };
}

function notFound(message: string, file: string, path: string): { message: string; hint: string } {
  const missing = /'([^']+)'/.exec(message)?.[1] ?? '';
  const from = /imported from (\S.*)$/m.exec(message)?.[1];
  const where = from === undefined || pathOf(from) === file ? path : relative(dirname(file), pathOf(from));
  if (missing === 'loadcell') {
    return {
      message: `${where} imports 'loadcell', which is not installed there`,
      hint: 'Keep experiments in a project that has it: npm install --save-dev loadcell',
    };
  }
  if (pathOf(missing) === file) {
    return { message: `there is no file ${path}`, hint: 'Name an experiment file, such as experiments/hello.ts.' };
  }
  const shown = pathOf(missing).startsWith('/') ? relative(dirname(file), pathOf(missing)) : missing;
  return { message: `${where} imports ${shown}, which is not there`, hint: 'Nothing was touched. Mend the import.' };
}

/** esbuild's form is `/path/file.ts:3:5: ERROR: what`, V8's has `file:///path/file.mjs:3` as the stack's first line. */
function syntaxError(error: unknown, file: string): string | null {
  const { name, message, stack } = thrown(error);
  const transform = /^(.+?):(\d+):\d+: (?:ERROR|error): (.+)$/m.exec(message);
  if (transform !== null) return `${transform[3]}${shownPlace(transform[1] as string, transform[2] as string, file)}`;
  if (name !== 'SyntaxError') return null;
  const at = /^((?:file:\/\/)?\/.+):(\d+)$/m.exec(stack);
  return `${firstLine(message)}${at === null ? placeOf(error, file) : shownPlace(at[1] as string, at[2] as string, file)}`;
}

const FRAME = /^\s+at (?:.*\()?((?:file:\/\/)?\/.+?):(\d+):\d+\)?$/gm;

/** ` (hello.ts:12)`: the author's line that threw; '' when none of the frames is the author's. */
export function placeOf(error: unknown, file: string): string {
  const frames = [...thrown(error).stack.matchAll(FRAME)].map(([, place, line]) => ({
    place: pathOf(place as string),
    line: line as string,
  }));
  const own = frames.filter(({ place }) => !place.includes('/node_modules/') && !place.startsWith(OUR_FOLDER));
  const frame = own[0] ?? frames.find(({ place }) => place === file);
  return frame === undefined ? '' : shownPlace(frame.place, frame.line, file);
}

/** loadcell's own frames say nothing about the author's mistake. */
const OUR_FOLDER = fileURLToPath(new URL('..', import.meta.url));

const shownPlace = (place: string, line: string, file: string): string =>
  ` (${relative(dirname(file), pathOf(place))}:${line})`;

function pathOf(place: string): string {
  const bare = place.replace(/\?.*$/, '');
  if (!bare.startsWith('file:')) return bare;
  try {
    return fileURLToPath(bare);
  } catch {
    return bare;
  }
}
