import type { LoadedExperiment } from '../experiment/load-file.ts';
import type { Experiment } from '../experiment/schema.ts';
import type { ServerDefinition } from '../experiment/server.ts';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Cell, Plan, PlanChanges, Threshold } from '../model/plan.ts';
import { loadProblems, matchProblems } from './cell-problems.ts';
import { digestOf } from './digest.ts';
import { type BareCell, chosenCells, compact, fullMatrix, MOST_CELLS, matrixSize } from './matrix.ts';
import { onlyCells } from './only.ts';
import { trialOrder } from './order.ts';
import { placeCpus } from './placement.ts';
import { quickLoad } from './quick.ts';
import { serverPlans } from './server-plan.ts';
import { type Layer, mergeControls, originOfCpus } from './settings.ts';

/** What the command line says. Absent: as the experiment says. */
export interface PlanOptions extends PlanChanges {
  seed: number;
  locale?: string;
  template?: string;
}

const MOST_TRIALS = 1_000_000;

/**
 * A checked experiment and a machine to a plan that asks for nothing more. Pure. Throws `UserError`: exit 2 when the
 * experiment cannot be meant so, 3 when it does not fit this machine.
 */
export function makePlan(loaded: LoadedExperiment, machine: MachineFacts, options: PlanOptions): Plan {
  const { experiment, file } = loaded;
  const quick = options.quick ?? false;
  const chosen = onlyCells(bareCells(experiment, file, options), options.only);
  const cells = finishCells(chosen, experiment, machine, file);
  const trials = options.trials ?? (quick ? 1 : experiment.trials);
  refuse(file, ExitCode.wrongInput, tooManyTrials(cells.length * trials));
  const used = {
    server: new Set(cells.map((cell) => cell.server)),
    environment: new Set(cells.map((cell) => cell.environment)),
  };
  return {
    schemaVersion: 1,
    experiment: {
      name: loaded.name,
      title: experiment.title,
      notes: experiment.notes,
      file,
      digest: digestOf(experiment, file),
    },
    seed: options.seed,
    trials,
    quick,
    isolation: options.isolation ?? experiment.isolation,
    relax: options.relax ?? false,
    servers: serverPlans(experiment).filter(({ name }) => used.server.has(name)),
    environments: Object.entries(experiment.environments)
      .map(([name, { note }]) => ({ name, note }))
      .filter(({ name }) => used.environment.has(name)),
    cells,
    order: trialOrder(cells, trials, options.seed),
    baseline: baselineOf(experiment),
    thresholds: experiment.thresholds.map(thresholdOf),
    report: {
      template: options.template ?? experiment.report.template,
      locale: options.locale ?? experiment.report.locale,
    },
  };
}

/** The cells of the experiment, with the command line's driver and --quick, before --only. */
function bareCells(experiment: Experiment, file: string, { driver, quick }: PlanOptions): BareCell[] {
  const size = matrixSize(experiment);
  refuse(file, ExitCode.wrongInput, size > MOST_CELLS ? [tooManyCells(size)] : []);
  const all = fullMatrix(experiment);
  const chosen = chosenCells(all, experiment);
  refuse(file, ExitCode.wrongInput, [...matchProblems(experiment, all, chosen), ...loadProblems(chosen)]);
  const driven = driver === undefined ? chosen : withDriver(chosen, driver);
  return quick === true ? driven.map((cell) => ({ ...cell, load: quickLoad(cell.load) })) : driven;
}

/** One driver for all: cells that differed in nothing else become one. */
function withDriver(cells: readonly BareCell[], driver: string): BareCell[] {
  const driven = cells.map((cell) => ({ ...cell, load: { ...cell.load, driver } }));
  return [
    ...new Map(driven.toReversed().map((cell) => [JSON.stringify({ ...cell, id: '' }), cell])).values(),
  ].toReversed();
}

function finishCells(bare: readonly BareCell[], experiment: Experiment, machine: MachineFacts, file: string): Cell[] {
  const problems: Problem[] = [];
  const servers = new Map(experiment.servers.map((server, index) => [server.name, { server, index }]));
  const cells = bare.map((cell): Cell => {
    const { server, index } = servers.get(cell.server) as { server: ServerDefinition; index: number };
    const layers: Layer[] = [
      { where: 'controls', controls: experiment.controls },
      { where: `servers[${index}].controls`, controls: server.controls },
      { where: `environments.${cell.environment}`, controls: experiment.environments[cell.environment] ?? {} },
    ];
    const merged = mergeControls(layers, machine);
    const placed = placeCpus(merged.cpus, machine, (role) => originOfCpus(layers, role));
    problems.push(...placed.problems);
    return { ...cell, settings: { ...merged, cpus: placed.cpus }, skip: skipReason(cell, server) };
  });
  refuse(file, ExitCode.preflightRefused, problems);
  return cells;
}

const skipReason = ({ load }: BareCell, server: ServerDefinition): string | null =>
  load.keepAlive && !server.keepAlive
    ? `${server.title ?? server.name} closes every connection after its reply: it cannot be asked to keep them`
    : null;

function refuse(file: string, exitCode: ExitCode, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const here = exitCode === ExitCode.preflightRefused ? ' on this machine' : '';
  throw new UserError(`${file}: it cannot be planned${here}`, {
    exitCode,
    problems: [...new Map(problems.map((one) => [`${one.where}\n${one.what}`, one])).values()],
    hint: 'Nothing was touched.',
  });
}

const tooManyCells = (size: number): Problem => ({
  where: 'load',
  what: `servers, environments and axes make ${size.toLocaleString('en')} cells, more than ${MOST_CELLS.toLocaleString('en')}`,
  remedy: 'shorten a list; measure parts of it as experiments of their own',
});

const tooManyTrials = (count: number): Problem[] =>
  count <= MOST_TRIALS
    ? []
    : [
        {
          where: 'trials',
          what: `cells and trials make ${count.toLocaleString('en')} trials, more than ${MOST_TRIALS.toLocaleString('en')}`,
        },
      ];

function baselineOf({ baseline }: Experiment): Plan['baseline'] {
  if (baseline === undefined) return null;
  if (typeof baseline === 'string') return { server: baseline };
  const { server, environment } = baseline;
  return { ...(server === undefined ? {} : { server }), ...(environment === undefined ? {} : { environment }) };
}

const thresholdOf = ({ match, metric, min, max }: Experiment['thresholds'][number]): Threshold => ({
  match: compact(match),
  metric,
  min: min ?? null,
  max: max ?? null,
});
