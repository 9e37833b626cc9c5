import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, type TrialCheck } from './check.ts';

export const settingsNotInForce: TrialCheck = {
  code: 'settings-not-in-force',
  reveals:
    'A setting that the experiment asks for was not found on the live machine, processes and threads, or changed during the window. An optional key that this kernel does not have is a note.',
  source: 'Read back from /proc and /sys while the server was measured, and sysctls once more after it.',
  check(trial) {
    const failed = trial.record.proofs.filter((proof) => !proof.held);
    if (failed.length === 0) return null;
    const absent = failed.every((proof) => isAbsent(trial, proof));
    return doubt(
      absent ? 'note' : 'suspect',
      absent
        ? 'Optional settings do not exist on this kernel.'
        : 'Settings that the experiment asks for were not in force.',
      Object.fromEntries(
        failed.map((proof) => [proof.setting, proof.detail ?? `${proof.during} where ${proof.asked} was asked`]),
      ),
      absent
        ? 'Nothing, if the experiment is meant to run on other kernels too; else remove them.'
        : 'See the table of settings for what was found, and ask for what this machine can do.',
    );
  },
};

function isAbsent({ cell }: MeasuredTrial, proof: { setting: string; during: string | null }): boolean {
  const key = proof.setting.replace(/^sysctl\./, '');
  return proof.during === null && cell.settings.sysctl[key]?.optional === true;
}
