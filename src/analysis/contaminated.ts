import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { TRIAL_CHECKS } from './caveats/index.ts';
import { measuredTrial } from './measured-trial.ts';

/**
 * Whether the machine around it, and not server, load or settings, spoiled a trial: one of the environmental caveats
 * stands against it. Another attempt may then come out clean; what a server did to itself would come out the same. A
 * smoke run repeats nothing: its numbers are not for use.
 */
export function contaminated(record: TrialRecord, plan: Plan): boolean {
  const trial = measuredTrial(record, plan);
  if (trial === null || plan.quick) return false;
  return TRIAL_CHECKS.some(({ environmental, check }) => {
    const doubt = environmental === true ? check(trial) : null;
    return doubt !== null && doubt.severity !== 'note';
  });
}
