import { companionsOf, orderWrites, sameValue } from '../controls/coupled.ts';
import { type Host, HostError } from '../model/host.ts';
import type { Tweak } from '../model/plan.ts';
import type { Proof } from '../model/record.ts';
import { kernelFile, readKernel, writeKernel } from './kernel-file.ts';
import type { LedgerEntry } from './ledger.ts';
import type { OpenLedger } from './open-ledger.ts';
import { codeOf, reasonOf, restoreEntries } from './restore.ts';

/** A setting that the cell needs cannot be applied; what had been written is put back. The trial is `aborted` with this reason. */
export class ApplyError extends Error {}

export interface Applied {
  proofs: Proof[];
  /** To be restored. */
  entries: LedgerEntry[];
  /** Why the cell's settings are not what it needs, one sentence each; [] when they are. */
  refusals: string[];
}

/** A tweak, and what became of it. */
interface Item {
  tweak: Tweak;
  file: string | null;
  before: string | null;
  during: string | null;
  refusal: string | null;
}

/**
 * Old values to the ledger, then writes, then reads back. What the kernel refuses is put back at once: a failed write can
 * have changed a part. Rejects with `ApplyError` when the ledger cannot be written, with nothing changed.
 */
export async function applyTweaks(host: Host, tweaks: readonly Tweak[], ledger: OpenLedger): Promise<Applied> {
  const items: Item[] = [];
  for (const tweak of tweaks) items.push(await look(host, tweak));
  const there = items.filter(isThere);
  const entries = await entriesFor(host, there);
  await note(ledger, entries);

  const current = new Map(entries.map(({ path, before }) => [path, before]));
  const writes = there.map((item) => ({ item, path: item.tweak.path, value: item.tweak.value }));
  const ordered = orderWrites(writes, (path) => current.get(path)).map(({ item }) => item);
  for (const item of ordered) await write(host, item);
  // Some keys bound each other: what was refused is tried once more after the others.
  for (const item of ordered) if (item.refusal !== null) await write(host, item);
  const refused = new Set(there.filter(({ refusal }) => refusal !== null).map(({ tweak }) => tweak.path));
  await restoreEntries(
    host,
    entries.filter(({ path }) => refused.has(path)),
  );

  for (const entry of entries) entry.after = await readNow(host, entry.path);
  for (const item of there) prove(item, entries);
  await ledger.save();
  return {
    proofs: items.map(proofOf),
    entries,
    refusals: items.flatMap(({ tweak, refusal }) =>
      refusal === null || tweak.optional ? [] : [`${tweak.setting} = ${tweak.value}: ${refusal}`],
    ),
  };
}

type Present = Item & { file: string; before: string };
const isThere = (item: Item): item is Present => item.file !== null && item.before !== null;

async function look(host: Host, tweak: Tweak): Promise<Item> {
  const item: Item = { tweak, file: null, before: null, during: null, refusal: null };
  try {
    item.file = await kernelFile(host, tweak.path);
    item.before = await readKernel(host, item.file);
    item.during = item.before;
  } catch (error) {
    item.refusal = codeOf(error) === 'ENOENT' ? 'not on this kernel' : reasonOf(error);
  }
  return item;
}

/** An entry for each path, companions first: in reverse, what was asked for is put back before them. */
async function entriesFor(host: Host, items: readonly Present[]): Promise<LedgerEntry[]> {
  const own = items.map(({ tweak, before }) => ({ path: tweak.path, before, asked: tweak.value, after: null }));
  const paths = new Set(own.map(({ path }) => path));
  const companions: LedgerEntry[] = [];
  for (const path of new Set(own.flatMap((entry) => companionsOf(entry.path)))) {
    if (paths.has(path)) continue;
    const before = await readNow(host, path);
    if (before !== null) companions.push({ path, before, asked: null, after: null });
  }
  return [...companions, ...own];
}

async function note(ledger: OpenLedger, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await ledger.add(entries);
  } catch (error) {
    throw new ApplyError(`the old settings cannot be kept on disk (${codeOf(error)}), so that none was changed`);
  }
}

async function write(host: Host, item: Item): Promise<void> {
  try {
    await writeKernel(host, item.file as string, item.tweak.value);
    item.refusal = null;
  } catch (error) {
    item.refusal = reasonOf(error);
  }
}

/** null where it cannot be read. */
async function readNow(host: Host, path: string): Promise<string | null> {
  try {
    return await readKernel(host, await kernelFile(host, path));
  } catch (error) {
    if (error instanceof HostError) return null;
    throw error;
  }
}

function prove(item: Item, entries: readonly LedgerEntry[]): void {
  item.during = entries.find(({ path }) => path === item.tweak.path)?.after ?? null;
  if (item.refusal !== null) return;
  if (item.during === null) item.refusal = 'it could not be read back';
  else if (!sameValue(item.during, item.tweak.value)) item.refusal = `it reads ${item.during} after writing`;
}

const proofOf = ({ tweak, before, during, refusal }: Item): Proof => ({
  setting: tweak.setting,
  asked: tweak.value,
  before,
  during,
  held: refusal === null,
  detail: refusal,
});
