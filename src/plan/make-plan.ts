import { createHash } from 'node:crypto';
import type { LoadedExperiment } from '../experiment/load-file.ts';
import type { Experiment } from '../experiment/schema.ts';
import type { ServerDefinition } from '../experiment/server.ts';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Cell, Plan, ServerPlan, Threshold } from '../model/plan.ts';
import { type BareCell, cellsOf } from './matrix.ts';
import { onlyCells } from './only.ts';
import { trialOrder } from './order.ts';
import { placeCpus } from './placement.ts';
import { quickLoad } from './quick.ts';
import { mergeControls } from './settings.ts';

/** What the command line changes. */
export interface PlanOptions {
  quick?: boolean;
  only?: string;
  trials?: number;
  driver?: string;
  seed: number;
  isolation?: 'auto' | 'namespace' | 'host';
  relax?: boolean;
  locale?: string;
  template?: string;
}

/** First port of servers that do not name one; each has its own, so that one that lingers is not taken for the next. */
const FIRST_PORT = 18_080;

/** A validated experiment and a machine to a plan that asks nothing more. Throws `UserError` when it cannot hold here. */
export function makePlan(loaded: LoadedExperiment, machine: MachineFacts, options: PlanOptions): Plan {
  const { experiment } = loaded;
  const problems: Problem[] = [];
  const quick = options.quick ?? false;
  const bare = cellsOf(experiment).map((cell) => ({ ...cell, load: changedLoad(cell, options, quick) }));
  const cells = onlyCells(bare, options.only).map((cell) => finishCell(cell, experiment, machine, problems));
  if (bare.length === 0) problems.push({ where: 'include / exclude', what: 'they leave no cell to measure' });
  if (problems.length > 0) {
    throw new UserError(`${loaded.file}: it cannot be planned on this machine`, {
      exitCode: ExitCode.wrongInput,
      problems: [...new Map(problems.map((one) => [one.where + one.what, one])).values()],
      hint: 'Nothing was touched.',
    });
  }
  const seed = options.seed;
  const trials = options.trials ?? (quick ? 1 : experiment.trials);
  const used = new Set(cells.map((cell) => cell.server));
  return {
    schemaVersion: 1,
    experiment: {
      name: loaded.name,
      title: experiment.title,
      notes: experiment.notes,
      file: loaded.file,
      digest: createHash('sha256').update(JSON.stringify(experiment)).digest('hex'),
    },
    seed,
    trials,
    quick,
    isolation: options.isolation ?? experiment.isolation,
    relax: options.relax ?? false,
    servers: experiment.servers.map(serverPlan).filter((server) => used.has(server.name)),
    environments: Object.entries(experiment.environments).map(([name, { note }]) => ({ name, note })),
    cells,
    order: trialOrder(cells, trials, seed),
    baseline: baselineOf(experiment),
    thresholds: experiment.thresholds.map(thresholdOf),
    allowedTargets: experiment.targets,
    report: { template: options.template ?? experiment.report.template, locale: options.locale ?? experiment.report.locale },
  };
}

function changedLoad(cell: BareCell, options: PlanOptions, quick: boolean): Cell['load'] {
  const load = quick ? quickLoad(cell.load) : cell.load;
  return options.driver === undefined ? load : { ...load, driver: options.driver };
}

function finishCell(cell: BareCell, experiment: Experiment, machine: MachineFacts, problems: Problem[]): Cell {
  const server = experiment.servers.find((one) => one.name === cell.server) as ServerDefinition;
  const { note: _note, ...environment } = experiment.environments[cell.environment] as NonNullable<Experiment['environments'][string]>;
  const merged = mergeControls([experiment.controls, server.controls, environment], machine);
  const placed = placeCpus(merged.cpus, machine);
  problems.push(...placed.problems);
  const kept = cell.load.keepAlive && !server.keepAlive;
  return {
    ...cell,
    settings: { ...merged, cpus: placed.cpus },
    skip: kept ? `${server.title ?? server.name} closes every connection after its reply: it cannot be asked to keep them` : null,
  };
}

function serverPlan(server: ServerDefinition, index: number): ServerPlan {
  const { controls: _controls, title, build, cwd, version, ready, stop, reply, requires, ...rest } = server;
  return {
    ...rest,
    title: title ?? server.name,
    requires: requires.map(({ command, apt, install, verify }) => ({
      command,
      apt: apt ?? null,
      install,
      verify: verify === undefined ? null : { argv: verify.command, pattern: verify.pattern },
    })),
    build: build ?? null,
    cwd: cwd ?? null,
    port: server.port === 'auto' ? FIRST_PORT + index : server.port,
    ready: readiness(ready),
    reply: { status: reply.status, body: reply.body ?? null, headers: reply.headers },
    version: version === undefined ? null : { argv: version.command, pattern: version.pattern },
    stop: { signal: stop.signal, patienceMs: stop.patience },
  };
}

function readiness(ready: ServerDefinition['ready']): ServerPlan['ready'] {
  const timeoutMs = ready.timeout;
  if ('http' in ready) return { kind: 'http', path: ready.http, timeoutMs };
  if ('log' in ready) return { kind: 'log', pattern: ready.log, timeoutMs };
  return { kind: 'tcp', timeoutMs };
}

function baselineOf({ baseline }: Experiment): Plan['baseline'] {
  if (baseline === undefined) return null;
  if (typeof baseline === 'string') return { server: baseline };
  const { server, environment } = baseline;
  return { ...(server === undefined ? {} : { server }), ...(environment === undefined ? {} : { environment }) };
}

function thresholdOf({ match, metric, min, max }: Experiment['thresholds'][number]): Threshold {
  const given = Object.entries(match).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined);
  return { match: Object.fromEntries(given), metric, min: min ?? null, max: max ?? null };
}
