import { basename, resolve } from 'node:path';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import { crossProblems } from './cross-checks/index.ts';
import { definitionFrom } from './import-file.ts';
import { problemsOf } from './problems.ts';
import { type Experiment, experimentSchema } from './schema.ts';
import { firstLine, thrown } from './thrown.ts';

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
  const given = await definitionFrom(file, path, machine);
  return { name: nameOf(file), file, experiment: checkExperiment(given, path) };
}

/** Checks a definition of any shape. `path` is how messages call the file. Throws one `UserError` with every problem. */
export function checkExperiment(given: unknown, path: string): Experiment {
  const checked = check(given);
  if ('experiment' in checked) return checked.experiment;
  const { problems } = checked;
  throw new UserError(`${path}: ${problems.length === 1 ? 'one thing is' : `${problems.length} things are`} wrong`, {
    exitCode: ExitCode.wrongInput,
    problems,
    hint: 'Nothing was touched. `loadcell schema` prints all that an experiment may say.',
  });
}

function check(given: unknown): { experiment: Experiment } | { problems: Problem[] } {
  try {
    const parsed = experimentSchema.safeParse(given);
    const wrong = parsed.success ? [] : problemsOf(parsed.error, given, experimentSchema);
    const problems = distinct([...wrong, ...crossProblems(given)]);
    return parsed.success && problems.length === 0 ? { experiment: parsed.data } : { problems };
  } catch (error) {
    // A getter or a proxy of the definition threw: nothing of ours reads more than its fields.
    const what = `cannot be read: ${firstLine(thrown(error).message)}`;
    return { problems: [{ where: 'the experiment', what, remedy: 'write it as plain values' }] };
  }
}

/** One problem for each place: the field's own when there are two. */
const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((one) => [`${one.where}\n${one.what}`, one])).values(),
];

/** Names the run folder: nothing but what a file name may hold. */
const nameOf = (file: string): string =>
  basename(file)
    .replace(/\.[cm]?[jt]sx?$|\.json$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100) || 'experiment';
