import type { MachineFacts } from '../model/machine.ts';
import type { ExperimentInput } from './schema.ts';
import type { ServerInput } from './server.ts';

/** What an experiment file exports: the definition, or a function of the machine that gives it. */
export type ExperimentExport =
  | ExperimentInput
  | ((machine: MachineFacts) => ExperimentInput | Promise<ExperimentInput>);

/**
 * Types an experiment, and nothing more: loadcell checks it when it loads the file, and tells everything that is wrong at
 * once. The function form receives the machine's facts, so that CPUs can be chosen by topology and not only by number.
 */
export function defineExperiment(experiment: ExperimentExport): ExperimentExport {
  return experiment;
}

/** Types a server recipe. `folder: import.meta.url` makes the recipe's own folder known. */
export function defineServer(server: ServerInput): ServerInput {
  return server;
}
