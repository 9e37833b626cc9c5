import type { Host } from '../model/host.ts';
import type { GuardianJob } from './guardian-protocol.ts';
import { readLedger } from './ledger.ts';
import { restoreLedger } from './restore-ledger.ts';
import { removeScratch } from './scratch.ts';
import { sweepUnfinished } from './unfinished.ts';

/**
 * Does for a runner that died what it would have done at its end. What somebody else has changed meanwhile, and what could
 * not be put back, stays in the ledger: nobody reads what a guardian says, and the next start tells.
 */
export async function standIn(host: Host, job: GuardianJob): Promise<void> {
  try {
    const ledger = await readLedger(host, job.folder);
    if (ledger !== null && ledger.owner.pid === job.owner.pid && ledger.owner.start === job.owner.start) {
      await restoreLedger(host, job.folder, ledger, { keepConflicts: true });
    }
  } finally {
    await sweepUnfinished(host, job.folder, job.owner.pid);
    await removeScratch(host, job.scratch);
  }
}
