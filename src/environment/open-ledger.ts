import { type Host, HostError } from '../model/host.ts';
import { bootId, type Ledger, type LedgerEntry, ledgerFile, writeLedger } from './ledger.ts';
import { networkOf } from './network-namespace.ts';
import type { Owner } from './stage/owner.ts';

/**
 * The ledger of a run that lives. Each change is on disk when its promise resolves. The file is there as long as the run
 * is, so that a run in another network namespace, which does not see the lock, finds its owner alive.
 */
export interface OpenLedger {
  readonly entries: readonly LedgerEntry[];
  /** To be called before the values are written. */
  add(entries: readonly LedgerEntry[]): Promise<void>;
  /**
   * To be called when `after` of entries has changed. It, `drop` and `guardedBy` let a full disk pass: what is there still
   * restores.
   */
  save(): Promise<void>;
  drop(entries: readonly LedgerEntry[]): Promise<void>;
  guardedBy(guardian: Owner | null): Promise<void>;
  /** Removes the file, unless it still has entries: then the next start goes on with them. */
  close(): Promise<void>;
}

export async function openLedger(
  host: Host,
  folder: string,
  head: Pick<Ledger, 'owner' | 'experiment' | 'since'>,
): Promise<OpenLedger> {
  const boot = await bootId(host);
  const network = await networkOf(host);
  let entries: LedgerEntry[] = [];
  let guardian: Owner | null = null;
  let turn: Promise<void> = Promise.resolve();

  const write = (): Promise<void> =>
    writeLedger(host, folder, { schemaVersion: 1, boot, network, ...head, guardian, entries });
  const tryWrite = (): Promise<void> =>
    write().catch((error) => {
      if (!(error instanceof HostError)) throw error;
    });
  /** One after the other: two writers at once could leave the older state. */
  const queued = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const without = (some: readonly LedgerEntry[]): LedgerEntry[] => entries.filter((entry) => !some.includes(entry));

  await write();
  return {
    get entries() {
      return entries;
    },
    add: (added) =>
      queued(async () => {
        entries = [...entries, ...added];
        try {
          await write();
        } catch (error) {
          // Nothing will be written to the kernel, so there is nothing to restore.
          entries = without(added);
          throw error;
        }
      }),
    save: () => queued(tryWrite),
    drop: (dropped) =>
      queued(() => {
        entries = without(dropped);
        return tryWrite();
      }),
    guardedBy: (next) =>
      queued(() => {
        guardian = next;
        return tryWrite();
      }),
    close: () =>
      queued(async () => {
        if (entries.length === 0) await host.remove(ledgerFile(folder));
      }),
  };
}
