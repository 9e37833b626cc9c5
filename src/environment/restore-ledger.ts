import type { Host } from '../model/host.ts';
import { bootId, type Ledger, ledgerFile, writeLedger } from './ledger.ts';
import { type Keeps, networkOf, whatKeeps } from './network-namespace.ts';
import { type RestoreReport, restoreEntries } from './restore.ts';

/**
 * Restores all of a ledger on disk, and removes it; what failed stays in it for another try. A ledger of another boot is
 * only removed: the kernel has started with its own values since.
 *
 * Settings of another network namespace cannot be reached from here, where the same paths are other settings. They fail
 * while anything keeps it or it cannot be told, and have gone with it otherwise.
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
  const keeps = elsewhere.length > 0 ? await whatKeeps(host, ledger.network) : null;
  if (keeps !== null) {
    const reason = `it is in the network namespace ${ledger.network}, ${toReach(keeps, ledgerFile(folder))}`;
    for (const { path, before } of elsewhere) report.failed.push({ path, before, now: null, reason });
  }
  const kept = new Set([...report.failed, ...(keepConflicts ? report.conflicts : [])].map(({ path }) => path));
  const left = ledger.entries.filter(({ path }) => kept.has(path));
  if (left.length > 0) await writeLedger(host, folder, { ...ledger, entries: left });
  else await host.remove(ledgerFile(folder));
  return report;
}

function toReach(keeps: Keeps, file: string): string {
  if (keeps.by === 'process')
    return `where \`loadcell restore\` has to be run: nsenter --target ${keeps.pid} --net loadcell restore`;
  if (keeps.by === 'mount')
    return `mounted at ${keeps.path}, where \`loadcell restore\` has to be run: nsenter --net=/proc/${keeps.pid}/root${keeps.path} loadcell restore`;
  return `which may still be there: not every process can be looked at. Run \`loadcell restore\` as root outside of any container, or remove ${file} if you know that it has gone`;
}
