import type { Host } from '../model/host.ts';
import { bootId, type Ledger, type LedgerEntry, ledgerFile, writeLedger } from './ledger.ts';
import type { Owner } from './stage/owner.ts';

/** The ledger of a run that lives. Each change is on disk when its promise resolves; a file is there only while there are entries. */
export interface OpenLedger {
  readonly entries: readonly LedgerEntry[];
  /** To be called before the values are written. */
  add(entries: readonly LedgerEntry[]): Promise<void>;
  /** To be called when `after` of entries has been filled in. */
  save(): Promise<void>;
  drop(entries: readonly LedgerEntry[]): Promise<void>;
  guardedBy(guardian: Owner | null): Promise<void>;
}

export async function openLedger(
  host: Host,
  folder: string,
  head: Pick<Ledger, 'owner' | 'experiment' | 'since'>,
): Promise<OpenLedger> {
  const boot = await bootId(host);
  let entries: LedgerEntry[] = [];
  let guardian: Owner | null = null;
  let onDisk = false;
  let turn: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    if (entries.length > 0) {
      await writeLedger(host, folder, { schemaVersion: 1, boot, ...head, guardian, entries });
      onDisk = true;
    } else if (onDisk) {
      await host.remove(ledgerFile(folder));
      onDisk = false;
    }
  };
  /** One after the other: two writers at once could leave the older state. */
  const queued = (change: () => void, undo: () => void = () => {}): Promise<void> => {
    const done = turn.then(async () => {
      change();
      try {
        await write();
      } catch (error) {
        undo();
        throw error;
      }
    });
    turn = done.catch(() => undefined);
    return done;
  };
  const without = (some: readonly LedgerEntry[]): void => {
    entries = entries.filter((entry) => !some.includes(entry));
  };

  return {
    get entries() {
      return entries;
    },
    add: (added) =>
      queued(
        () => {
          entries = [...entries, ...added];
        },
        () => without(added),
      ),
    save: () => queued(() => {}),
    drop: (dropped) => queued(() => without(dropped)),
    guardedBy: (next) =>
      queued(() => {
        guardian = next;
      }),
  };
}
