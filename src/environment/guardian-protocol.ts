import type { Owner } from './stage/owner.ts';

/** What a guardian is told, as JSON in its first argument. It prints `ready` when nothing but its end can keep it from its work. */
export interface GuardianJob {
  /** Folder of the ledger. */
  folder: string;
  /** The runner: another one's ledger is left alone. */
  owner: Owner;
  /** The runner's temporary folder, which goes with it. */
  scratch: string;
}

/** Written to the guardian before stdin is closed. The end of stdin without it means that the runner has died. */
export const DISMISSED = 'dismissed\n';
