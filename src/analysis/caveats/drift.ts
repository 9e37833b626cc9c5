import { strongestStep } from '../drift.ts';
import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, type TrialCheck } from './check.ts';

/** Seconds. */
const LEAST = 6;
/** Of the higher level. Rates of single seconds vary by 7% and more on a small virtual machine. */
const CHANGE = 0.15;
/** Of the noise. */
const STANDARD_ERRORS = 5;

export const drift: TrialCheck = {
  code: 'drift',
  reveals:
    'The rate was not steady: from some second on it was higher or lower by more than 15% and by five standard errors of the noise between seconds. A rise at the start is a warm-up that reaches into the window; a fall is heat, a leak, or other load. It takes six whole seconds to tell. Where the generator has no rates of single seconds (wrk) the kernel’s are taken: connections accepted, or segments sent, which follow the rate as long as replies are of one size.',
  source:
    'Requests of each whole second, counted by the generator, or `Tcp.PassiveOpens` and `Tcp.OutSegs` of the stage once a second; the strongest single step, with noise from successive differences (von Neumann, 1941).',
  check(trial) {
    const { by, seconds } = wholeSeconds(trial);
    const step = seconds.length < LEAST ? null : strongestStep(seconds);
    if (step === null || step.z < STANDARD_ERRORS) return null;
    const change = Math.abs(step.after - step.before) / Math.max(step.before, step.after);
    if (!(change > CHANGE)) return null;
    const early = step.after > step.before && step.at <= seconds.length / 3;
    return doubt(
      'suspect',
      early
        ? 'The rate rose after the first seconds: the server was still warming up inside the window.'
        : 'The rate was not steady: it changed to another level within the window.',
      { second: step.at, before: step.before, after: step.after, seconds: seconds.length, countedBy: by },
      early
        ? 'Warm up longer (warmup).'
        : 'Look for what changed then: other load, heat, a filling cache; or measure longer windows.',
    );
  },
};

/** The window's last second may be a part of one. ab's series has whole seconds only. */
function wholeSeconds({ measurement, observation }: MeasuredTrial): { by: string; seconds: number[] } {
  const { perSecond, windowUs } = measurement;
  const kernel = observation?.perSecond ?? null;
  return {
    by: perSecond !== null || kernel === null ? 'generator' : `kernel (${kernel.by})`,
    seconds: (perSecond ?? kernel?.rates ?? []).slice(0, Math.floor(windowUs / 1e6 + 1e-6)),
  };
}
