import type { Problem } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { RunFile } from '../model/run.ts';
import type { RunOptions } from './run-options.ts';

/**
 * What the command line asks of a run that is resumed and the run is not: its plan was made once. `fresh` is the plan
 * that the same command line would make without --resume. An option that says what the run already is does no harm.
 */
export function optionProblems(then: Plan, fresh: Plan, options: RunOptions): Problem[] {
  const ids = ({ cells }: Plan): string => JSON.stringify(cells.map(({ id }) => id).sort());
  const drivers = [...new Set(then.cells.map(({ load }) => load.driver))];
  const { trials, seed, isolation, driver } = options;
  const wrong: [option: string, asked: boolean, what: string][] = [
    ['--trials', trials !== undefined && trials !== then.trials, `it has ${then.trials} for each cell, not ${trials}`],
    ['--seed', seed !== undefined && seed !== then.seed, `its order was drawn by ${then.seed}, not ${seed}`],
    ['--quick', options.quick === true && !then.quick, 'it is no smoke run: it has whole windows'],
    ['--relax', options.relax === true && !then.relax, 'it was started without'],
    [
      '--isolation',
      isolation !== undefined && isolation !== then.isolation,
      `it was planned for ${then.isolation}, not ${isolation}`,
    ],
    [
      '--driver',
      driver !== undefined && drivers.some((name) => name !== driver),
      `its loads are driven by ${drivers.join(', ')}`,
    ],
    ['--only', options.only !== undefined && ids(then) !== ids(fresh), 'it has other cells'],
  ];
  return wrong.filter(([, asked]) => asked).map(([where, , what]) => ({ where, what }));
}

/** What is no longer as it was at the run's first trial, where a difference would be read as one of the servers. */
export function changedSince(then: RunFile, now: RunFile): Problem[] {
  const problems: Problem[] = [];
  const compare = (where: string, before: unknown, after: unknown): void => {
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      problems.push({ where, what: `it was ${told(before)}, and is ${told(after)}` });
    }
  };
  compare('loadcell', then.loadcell, now.loadcell);
  compare('CPU', then.machine.cpu.model, now.machine.cpu.model);
  compare('CPUs that may be used', then.machine.allowedCpus, now.machine.allowedCpus);
  compare('kernel', then.machine.kernel, now.machine.kernel);
  compare('Node', then.machine.node, now.machine.node);
  compare('isolation', placeOf(then), placeOf(now));
  for (const driver of new Set(then.plan.cells.map(({ load }) => load.driver))) {
    const before = then.drivers[driver];
    if (before !== undefined) compare(driver, before.version, now.drivers[driver]?.version ?? null);
  }
  for (const [name, before] of Object.entries(then.servers)) {
    const after = now.servers[name];
    if (after === undefined) {
      problems.push({ where: name, what: 'it could be started then, and cannot be started now' });
      continue;
    }
    compare(name, before.version, after.version);
    compare(`${name}: command`, before.command.join(' '), after.command.join(' '));
    for (const file of before.shown) {
      const same = after.shown.find((one) => one.name === file.name)?.text === file.text;
      if (!same) problems.push({ where: `${name}: ${file.name}`, what: 'its text has changed' });
    }
  }
  return problems;
}

const placeOf = ({ isolation }: RunFile): string =>
  `${isolation.kind}${isolation.rootless ? ' of an ordinary user' : ''}`;

const told = (value: unknown): string =>
  value === null ? 'not there' : Array.isArray(value) ? value.join(', ') : String(value);
