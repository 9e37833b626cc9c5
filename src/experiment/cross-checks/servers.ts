import type { Problem } from '../../model/errors.ts';
import { pathText, shown } from '../paths.ts';
import { badPlaceholders } from '../placeholders.ts';
import { fieldsOf, isText, listOf } from './given.ts';

const READY = ['http', 'tcp', 'log'] as const;
/** Files of a trial's folder that are loadcell's own. */
const RESERVED = /^(load(\/|$)|server\.(stdout|stderr)\.log(\/|$))/;

/** Fields of a recipe that contradict each other, and placeholders that nothing fills. */
export function serverProblems(given: unknown, where: string): Problem[] {
  return [...readinessProblems(given, where), ...placeholderProblems(given, where), ...fileProblems(given, where)];
}

function readinessProblems(given: unknown, where: string): Problem[] {
  const { ready } = fieldsOf(given);
  if (typeof ready !== 'object' || ready === null) return [];
  const named = READY.filter((kind) => fieldsOf(ready)[kind] !== undefined);
  if (named.length === 1) return [];
  // A misspelled key is told as such.
  if (named.length === 0 && Object.keys(ready).some((key) => key !== 'timeout')) return [];
  const got = named.length === 0 ? 'none of them' : named.join(' and ');
  return [{ where: `${where}.ready`, what: `expected exactly one of http, tcp and log, got ${got}` }];
}

function placeholderProblems(given: unknown, where: string): Problem[] {
  const { command, cwd, build, version, pip, requires } = fieldsOf(given);
  const own = [...(listOf(pip).length > 0 ? ['venv'] : []), ...(build === undefined ? [] : ['build'])];
  const once = ['recipe', 'node', ...own];
  const running = ['port', 'address', 'trial', ...once];
  const argv = (key: string, words: unknown, known: string[]): Problem[] =>
    listOf(words).flatMap((word, index) => textProblems(`${where}.${key}[${index}]`, word, known));
  return [
    ...argv('command', command, running),
    ...textProblems(`${where}.cwd`, cwd, running),
    ...listOf(fieldsOf(build).steps).flatMap((step, index) => argv(`build.steps[${index}]`, step, once)),
    ...argv('version.command', fieldsOf(version).command, once),
    ...listOf(requires).flatMap((one, index) =>
      listOf(fieldsOf(one).install).flatMap((step, at) => argv(`requires[${index}].install[${at}]`, step, ['bin'])),
    ),
  ];
}

const textProblems = (where: string, text: unknown, known: readonly string[]): Problem[] =>
  isText(text) ? badPlaceholders(text, known).map((what) => ({ where, what })) : [];

function fileProblems(given: unknown, where: string): Problem[] {
  const targets = Object.keys(fieldsOf(fieldsOf(given).files));
  const problem = (target: string, what: string): Problem => ({
    where: `${where}.${pathText(['files', target])}`,
    what,
  });
  return targets.flatMap((target) => {
    if (RESERVED.test(target))
      return [problem(target, 'loadcell keeps its own files of a trial under this name; expected another one')];
    const inner = targets.find((other) => other.startsWith(`${target}/`));
    return inner === undefined ? [] : [problem(target, `is a file here, and a folder in ${shown(inner)}`)];
  });
}
