import type { TrialEvent } from '../trial/context.ts';

/**
 * For the crash tests: `LOADCELL_FAULT=window:SIGKILL` makes the run send itself that signal when it first comes to that
 * step (`trial-started`, a phase, or `trial-ended`).
 */
export function withFault(
  onEvent: (event: TrialEvent) => void,
  fault: string | undefined,
): (event: TrialEvent) => void {
  let [step, signal = 'SIGKILL'] = fault?.split(':') ?? [];
  return (event) => {
    onEvent(event);
    if (step === undefined || step !== (event.kind === 'phase' ? event.phase : event.kind)) return;
    step = undefined;
    process.kill(process.pid, signal);
  };
}
