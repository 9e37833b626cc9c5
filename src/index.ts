/** All that an experiment file imports. */
export { defineExperiment, defineServer } from './experiment/define.ts';
export type { ExperimentInput } from './experiment/schema.ts';
export type { ServerInput } from './experiment/server.ts';
export type { CpuPlace, MachineFacts } from './model/machine.ts';
