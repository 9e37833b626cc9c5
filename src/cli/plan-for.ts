import type { LoadedExperiment } from '../experiment/load-file.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Plan } from '../model/plan.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { RunOptions } from './run-options.ts';

/** The plan that the command line and the experiment ask for; a seed is drawn where neither names one. */
export function planFor(loaded: LoadedExperiment, machine: MachineFacts, options: RunOptions): Plan {
  const drawn = Math.floor(Math.random() * 0xffff_ffff);
  return makePlan(loaded, machine, { ...options, seed: options.seed ?? loaded.experiment.seed ?? drawn });
}
