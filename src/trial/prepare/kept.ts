import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Host } from '../../model/host.ts';

/** SHA-256 of what a kept folder was made from, shortened to a folder name. */
export const digestOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);

/**
 * A folder made once for a key and kept. It is made under a name of its own and becomes visible, as a link, only when
 * it is whole: a run that was killed while it made one leaves nothing that a later run would take for good. A link and
 * not a rename, because a virtual environment's scripts hold the path that they were made at.
 */
export async function kept(host: Host, link: string, make: (folder: string) => Promise<void>): Promise<string> {
  if (await isWhole(host, link)) return link;
  await host.makeFolder(dirname(link));
  await sweep(host, link);
  const folder = `${link}.${host.pid}-${host.monotonicNs()}`;
  try {
    await host.makeFolder(folder);
    await make(folder);
  } catch (error) {
    await host.remove(folder);
    throw error;
  }
  await host.link(folder, link);
  return link;
}

/** Removes what killed runs left half-made; another live run may be making the same. Only called while nothing is whole. */
async function sweep(host: Host, link: string): Promise<void> {
  for (const name of await host.list(dirname(link))) {
    const pid = name.startsWith(`${basename(link)}.`) ? /\.(\d+)-\d+$/.exec(name)?.[1] : undefined;
    if (pid !== undefined && !host.signal(Number(pid), 0)) await host.remove(join(dirname(link), name));
  }
}

/** A link whose folder was cleaned away is not there. */
export const isWhole = (host: Host, link: string): Promise<boolean> => host.exists(`${link}/.`);
