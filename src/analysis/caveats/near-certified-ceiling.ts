import { median } from '../estimate.ts';
import { rateOf } from '../measured-trial.ts';
import { type CellCheck, doubt } from './check.ts';

const NEAR = 0.9;
/** Of its CPU time (cores, where a certificate tells no more). Under it the baseline server was the limit, not the generator. */
const LIMITED = 0.9;

export const nearCertifiedCeiling: CellCheck = {
  code: 'near-certified-ceiling',
  reveals:
    'The rate is 90% or more of what this generator reached when the machine was calibrated, and it had no CPU time left then (its busiest thread, or all the cores that its threads can use, were busy for 90% of the time): the number may be the generator’s. Nothing is said where the machine has no certificate that holds, in an open loop, with pipelining, and where the baseline server was the limit.',
  source: 'The certificate of `loadcell calibrate` for this machine, kernel and version of the generator.',
  check({ cell: { load }, run, trials }) {
    const ceiling = run.calibration?.drivers[load.driver]?.[load.keepAlive ? 'keepAlive' : 'fresh'] ?? null;
    if (ceiling === null || trials.length === 0 || load.rate !== null || load.pipelining > 1) return null;
    if ((ceiling.busyShare ?? ceiling.busyCores ?? 0) < LIMITED) return null;
    const rate = median(trials.map(({ measurement }) => rateOf(measurement)));
    if (rate < NEAR * ceiling.perSecond) return null;
    return doubt(
      'note',
      'The rate is near the most that this generator reached on this machine when it was calibrated: the server may be able to do more.',
      { requestsPerSecond: rate, certifiedPerSecond: ceiling.perSecond, certifiedOn: run.calibration?.date ?? null },
      'Use a stronger driver, or read the rate as the least that the server can do.',
    );
  },
};
