import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cellOf, runOf } from '../analysis/fixtures/clean.ts';
import { checkExperiment } from '../experiment/load-file.ts';
import type { Plan } from '../model/plan.ts';
import type { RunFile } from '../model/run.ts';
import type { Facts } from '../report/facts.ts';
import { rerun } from '../report/sections/rerun.ts';
import { parseRunFile } from '../results/run-folder.ts';
import { makeProgram } from './main.ts';
import { planFor } from './plan-for.ts';
import type { Printer } from './print.ts';
import { planChanges, type RunOptions } from './run-options.ts';

const { machine } = runOf([cellOf('any')], 1);
const silent = { line: () => undefined, result: () => undefined } as unknown as Printer;

const experiment = checkExperiment(
  {
    title: 'one of many',
    servers: ['one', 'two'].map((name) => ({
      name,
      folder: 'file:///srv/recipe.ts',
      command: ['serve', '{{address}}', '{{port}}'],
      ready: { tcp: true },
      reply: { status: 200, body: 'hello' },
    })),
    load: { duration: '2s', connections: [10, 100], keepAlive: [true, false] },
    isolation: 'namespace',
  },
  'many.ts',
);

/** What `loadcell run` makes of its arguments. */
async function optionsOf(args: readonly string[]): Promise<{ file: string; options: RunOptions }> {
  let given: { file: string; options: RunOptions } | null = null;
  const program = makeProgram(silent, () => undefined);
  program.commands
    .find((command) => command.name() === 'run')
    ?.action((file: string, options: RunOptions) => {
      given = { file, options };
    });
  await program.parseAsync([...args], { from: 'user' });
  return given as unknown as { file: string; options: RunOptions };
}

const planOf = (options: RunOptions): Plan =>
  planFor({ name: 'many', file: '/home/me/experiments/many & more.ts', experiment }, machine, options);

/** The arguments behind `npx tsx run`, as a shell splits the report's line. */
function printed(run: RunFile): string[] {
  const { command } = rerun({ run, results: { run: {} } } as Facts) as { command: string };
  const words = execFileSync('sh', ['-c', `npx() { printf '%s\\0' "$@"; }; ${command}`], { encoding: 'utf8' });
  return words.split('\0').slice(2, -1);
}

const CASES: string[][] = [
  [],
  ['--only', 'one.*fresh, two*c10-kept'],
  ['--only', "c100'; echo $HOME, one"],
  ['--trials', '2', '--driver', 'ab'],
  ['--quick'],
  ['--quick', '--trials', '4', '--relax', '--isolation', 'host'],
  // Not what the experiment says, and what the plan alone would not tell.
  ['--isolation', 'auto', '--seed', '12'],
];

test.each(CASES.map((args) => ({ args })))('run again plans the same: $args', async ({ args }) => {
  const { options } = await optionsOf(['many.ts', ...args]);
  const plan = planOf(options);
  const stored = JSON.stringify({ ...runOf([cellOf('any')], 1), plan, options: planChanges(options) });
  const again = await optionsOf(printed(parseRunFile(stored, 'run.json')));
  expect(again.file).toBe('experiments/many & more.ts');
  expect(planOf(again.options)).toEqual(plan);
});

test('a run whose options were not kept: what its plan tells', () => {
  const run = runOf([cellOf('any')], 1, { quick: true, relax: true, isolation: 'host' });
  expect(printed(run)).toEqual(['test.ts', '--seed', '7', '--isolation', 'host', '--quick', '--relax']);
});

test('options that do not shape the plan are not kept', () => {
  expect(planChanges({ only: 'x', install: true, wait: true, out: '/tmp/x', json: true, seed: 3 })).toEqual({
    only: 'x',
  });
});
