import type { MachineFacts } from '../model/machine.ts';
import type { ExperimentInput } from './schema.ts';
import type { ServerInput } from './server.ts';

/** What an experiment file exports: the definition, or a function of the machine that gives it. */
export type ExperimentExport = ExperimentInput | ((machine: MachineFacts) => ExperimentInput | Promise<ExperimentInput>);

/**
 * Types an experiment. It is checked when loadcell loads the file, all of it at once.
 * The function form receives the machine's facts, so that CPUs can be chosen by topology and not only by number.
 */
export function defineExperiment<T extends ExperimentExport>(experiment: T): T {
  return experiment;
}

/** Types a server recipe. `folder: import.meta.url` makes the recipe's own folder known. */
export function defineServer(server: ServerInput): ServerInput {
  return server;
}
