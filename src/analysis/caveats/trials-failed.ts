import { type CellCheck, doubt } from './check.ts';

export const trialsFailed: CellCheck = {
  code: 'trials-failed',
  reveals:
    'Some trials gave no measurement: the server did not come up, the generator aborted, a setting could not be applied. The number is of the trials that went well (suspect); where none did there is none (invalid).',
  source: 'Outcomes of the trials.',
  check({ records, trials }) {
    const failed = records.filter(({ outcome }) => outcome.kind !== 'measured');
    if (failed.length === 0) return null;
    const codes = new Set(failed.map(({ outcome }) => ('code' in outcome ? outcome.code : outcome.kind)));
    const reasons = new Set(failed.map(({ outcome }) => ('reason' in outcome ? outcome.reason : '')));
    return doubt(
      trials.length > 0 ? 'suspect' : 'invalid',
      trials.length > 0 ? 'Some trials gave no measurement.' : 'No trial gave a measurement.',
      {
        failed: failed.length,
        of: records.length,
        codes: [...codes].join(', '),
        reasons: [...reasons].join('; ').slice(0, 300),
      },
      'See the reason and the server’s last lines under the server’s name, and mend what they name.',
    );
  },
};
