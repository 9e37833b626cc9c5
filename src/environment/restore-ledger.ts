import type { Host } from '../model/host.ts';
import { bootId, type Ledger, ledgerFile, writeLedger } from './ledger.ts';
import { isInhabited, networkOf } from './network-namespace.ts';
import { type RestoreReport, restoreEntries } from './restore.ts';

/**
 * Restores all of a ledger on disk, and removes it; what failed stays in it for another try. A ledger of another boot is
 * only removed: the kernel has started with its own values since.
 *
 * Settings of another network namespace cannot be reached from here, where the same paths are other settings. They fail
 * while a process lives in it, and have gone with it otherwise.
 */
export async function restoreLedger(
  host: Host,
  folder: string,
  ledger: Ledger,
  { keepConflicts }: { keepConflicts: boolean },
): Promise<RestoreReport> {
  const rebooted = ledger.boot !== (await bootId(host));
  const here = ledger.network === (await networkOf(host));
  const elsewhere = here || rebooted ? [] : ledger.entries.filter(({ path }) => path.startsWith('/proc/sys/net/'));
  const reachable = rebooted ? [] : ledger.entries.filter((entry) => !elsewhere.includes(entry));
  const report = await restoreEntries(host, reachable, async (open) => {
    const entries = ledger.entries.map((entry) => (open.includes(entry) ? { ...entry, after: null } : entry));
    // A full disk is no reason to leave the machine as it is.
    await writeLedger(host, folder, { ...ledger, entries }).catch(() => {});
  });
  if (elsewhere.length > 0 && (await isInhabited(host, ledger.network))) {
    const reason = `it is in the network namespace ${ledger.network}, where \`loadcell restore\` has to be run`;
    for (const { path, before } of elsewhere) report.failed.push({ path, before, now: null, reason });
  }
  const kept = new Set([...report.failed, ...(keepConflicts ? report.conflicts : [])].map(({ path }) => path));
  const left = ledger.entries.filter(({ path }) => kept.has(path));
  if (left.length > 0) await writeLedger(host, folder, { ...ledger, entries: left });
  else await host.remove(ledgerFile(folder));
  return report;
}
