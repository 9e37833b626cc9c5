import { companionsOf, restoreWrites, sameValue } from '../controls/coupled.ts';
import { type Host, HostError } from '../model/host.ts';
import { kernelFile, readKernel } from './kernel-file.ts';
import type { LedgerEntry } from './ledger.ts';

export interface RestoreReport {
  /** Put back now. */
  restored: { path: string; from: string; to: string }[];
  /** Somebody else has changed it since: left as it is. */
  conflicts: { path: string; before: string; ours: string; now: string }[];
  /** It could not be put back. */
  failed: { path: string; before: string; now: string | null; reason: string }[];
}

/** Passes over what is not yet back: a value that another one bounds takes two. */
const ROUNDS = 3;

/**
 * Puts values back, last written first, where they are still ours; an error at one does not keep the others from it.
 * What is back already and what the kernel no longer has are passed over, so that it can be done again at any time.
 *
 * @param begin called before the first write with the entries that are to be put back. On the way a value can read what
 * nobody asked for, so whoever keeps the entries marks them as under way (`after: null`).
 */
export async function restoreEntries(
  host: Host,
  entries: readonly LedgerEntry[],
  begin: (open: readonly LedgerEntry[]) => Promise<void> = async () => {},
): Promise<RestoreReport> {
  const report: RestoreReport = { restored: [], conflicts: [], failed: [] };
  const known: Known[] = [];
  for (const item of byPath(entries).reverse()) {
    const { path, before } = item;
    try {
      const file = await kernelFile(host, path);
      const now = await readKernel(host, file);
      if (sameValue(now, before) || item.isOurs(now)) known.push({ path, file, before, from: now, now, refusal: null });
      else report.conflicts.push({ path, before, ours: item.ours, now });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') report.failed.push({ path, before, now: null, reason: reasonOf(error) });
    }
  }
  const open = known.filter(isOpen);
  if (open.length === 0) return report;
  await begin(entries.filter((entry) => open.some(({ path }) => touches(path, entry.path))));
  for (let round = 0; round < ROUNDS && open.some(isOpen); round += 1) await writeBack(host, known);
  for (const one of open) {
    const { path, before, from, now } = one;
    if (!isOpen(one)) report.restored.push({ path, from, to: before });
    else report.failed.push({ path, before, now, reason: one.refusal ?? 'it took another value than the one written' });
  }
  return report;
}

/** A value that can be put back, or is back. */
interface Known {
  path: string;
  file: string;
  before: string;
  from: string;
  now: string;
  refusal: string | null;
}

const isOpen = ({ now, before }: Known): boolean => !sameValue(now, before);
const touches = (path: string, other: string): boolean => path === other || companionsOf(path).includes(other);

/** One pass. A companion that is back already counts all the same: which of a pair is in force decides what is written. */
async function writeBack(host: Host, known: readonly Known[]): Promise<void> {
  const open = known.filter(isOpen);
  const involved = known.filter(({ path }) => open.some((one) => touches(one.path, path)));
  const at = new Map(involved.map((one) => [one.path, one]));
  const saved = involved.map(({ path, before }) => ({ path, value: before }));
  for (const { path, value } of restoreWrites(saved, (key) => at.get(key)?.now)) {
    const one = at.get(path) as Known;
    try {
      await host.writeKernel(one.file, value);
      one.refusal = null;
    } catch (error) {
      one.refusal = reasonOf(error);
    }
  }
  for (const one of involved) {
    try {
      one.now = await readKernel(host, one.file);
    } catch (error) {
      // It went away while it was put back (an interface, a module): there is nothing left to restore.
      if (codeOf(error) === 'ENOENT') one.now = one.before;
      else one.refusal = reasonOf(error);
    }
  }
}

interface PathEntry {
  path: string;
  before: string;
  /** For the message: what we last knew it to be. */
  ours: string;
  isOurs(value: string): boolean;
}

/** One for each path: the first old value counts, and whatever any of the entries may have made of it is ours. */
function byPath(entries: readonly LedgerEntry[]): PathEntry[] {
  const paths = [...new Set(entries.map((entry) => entry.path))];
  return paths.map((path) => {
    const own = entries.filter((entry) => entry.path === path);
    const values = own.flatMap(({ asked, after }) => [asked, after]).filter((value) => value !== null);
    // Killed between a write and its reading back: rounded, or half of a tuple, it may read anything and be ours.
    const underWay = own.some(({ after }) => after === null);
    return {
      path,
      before: (own[0] as LedgerEntry).before,
      ours: values.at(-1) ?? '',
      isOurs: (value) => underWay || values.some((one) => sameValue(one, value)),
    };
  });
}

export const codeOf = (error: unknown): string => {
  if (error instanceof HostError) return error.code;
  throw error;
};

/** A reason to print, from the errno. */
export function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'this kernel does not have it';
    case 'EINVAL':
    case 'ERANGE':
      return `the kernel refuses the value (${codeOf(error)})`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `it cannot be written here (${codeOf(error)})`;
    case 'EXDEV':
      return 'it is not under /proc/sys or /sys';
    default:
      return `the kernel answers ${codeOf(error)}`;
  }
}
