import type { Host } from '../model/host.ts';
import { bootId, type Ledger, ledgerFile, writeLedger } from './ledger.ts';
import { type RestoreReport, restoreEntries } from './restore.ts';

/**
 * Restores all of a ledger on disk, and removes it; what failed stays in it for another try. A ledger of another boot is
 * only removed: the kernel has started with its own values since.
 */
export async function restoreLedger(
  host: Host,
  folder: string,
  ledger: Ledger,
  { keepConflicts }: { keepConflicts: boolean },
): Promise<RestoreReport> {
  const rebooted = ledger.boot !== (await bootId(host));
  const report = await restoreEntries(host, rebooted ? [] : ledger.entries, async (open) => {
    const entries = ledger.entries.map((entry) => (open.includes(entry) ? { ...entry, after: null } : entry));
    // A full disk is no reason to leave the machine as it is.
    await writeLedger(host, folder, { ...ledger, entries }).catch(() => {});
  });
  const kept = new Set([...report.failed, ...(keepConflicts ? report.conflicts : [])].map(({ path }) => path));
  const left = ledger.entries.filter(({ path }) => kept.has(path));
  if (left.length > 0) await writeLedger(host, folder, { ...ledger, entries: left });
  else await host.remove(ledgerFile(folder));
  return report;
}
