import { join } from 'node:path';
import { type Host, HostError } from '../model/host.ts';
import { isAlive, ownerOf } from './stage/owner.ts';

/** `loadcell-<PID namespace>-<pid>-<start>-<random>`: a later run can tell whose it was. */
const NAME = /^loadcell-(\d+)-(\d+)-(\d+)-[A-Za-z0-9]{6}$/;

/** A private temporary folder of this process, which the next run removes should this one be killed. */
export async function makeScratch(host: Host): Promise<string> {
  const { pid, start } = await ownerOf(host, host.pid);
  return host.makeTemporaryFolder(`loadcell-${await pidNamespace(host)}-${pid}-${start}-`);
}

/** Removes what dead runs of this user left, and gives the names. A pid of another namespace (a container's) tells nothing here. */
export async function sweepScratch(host: Host): Promise<string[]> {
  const own = await pidNamespace(host);
  const swept: string[] = [];
  for (const name of await host.list(host.temporary)) {
    const [, namespace, pid, start] = NAME.exec(name) ?? [];
    if (namespace !== own || (await isAlive(host, { pid: Number(pid), start: Number(start) }))) continue;
    const path = join(host.temporary, name);
    const found = await host.stat(path).catch(gone);
    if (found?.kind !== 'folder' || found.uid !== host.user.uid) continue;
    await removeScratch(host, path);
    swept.push(path);
  }
  return swept;
}

/** Processes that are being killed may still put a file into it: then it is tried again, for a second. */
export async function removeScratch(host: Host, path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await host.remove(path);
    } catch (error) {
      if (tries === 50 || !(error instanceof HostError) || error.code !== 'ENOTEMPTY') throw error;
      await host.sleep(20);
    }
  }
}

async function pidNamespace(host: Host): Promise<string> {
  return /\[(\d+)\]/.exec(await host.readLink(`/proc/${host.pid}/ns/pid`))?.[1] ?? '0';
}

function gone(error: unknown): null {
  if (error instanceof HostError && error.code === 'ENOENT') return null;
  throw error;
}
