import { fileURLToPath } from 'node:url';
import go from '../../experiments/servers/go/recipe.ts';
import nginx from '../../experiments/servers/nginx/recipe.ts';
import node from '../../experiments/servers/node/recipe.ts';
import { checkExperiment } from '../experiment/load-file.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Plan } from '../model/plan.ts';
import { makePlan } from '../plan/make-plan.ts';
import { missingRequirements, requirementsOf } from '../trial/prepare/requirements.ts';

/** Strongest first; the last needs nothing installed. */
const CANDIDATES = [nginx, go, node];
const PATH = '/info';

/**
 * The plan of a calibration: one server, one cell, placed on CPUs as an experiment without settings is. What is measured
 * there is decided by this module's neighbours, which replace the cell's load.
 */
export async function baselinePlan(
  host: Host,
  machine: MachineFacts,
  cache: string,
  options: { isolation?: Plan['isolation'] },
): Promise<Plan> {
  const file = fileURLToPath(import.meta.url);
  const plans = CANDIDATES.map((server) => {
    const load = { driver: 'loadcell', path: PATH, duration: '1s', connections: 10, warmup: false };
    const experiment = checkExperiment({ title: 'Calibration', servers: [server], load, trials: 1 }, 'calibrate');
    return makePlan({ name: 'calibrate', file, experiment }, machine, { seed: 1, ...options });
  });
  for (const plan of plans) {
    const missing = await missingRequirements(host, plan.servers.flatMap(requirementsOf), cache);
    if (missing.length === 0) return plan;
  }
  return plans.at(-1) as Plan;
}
