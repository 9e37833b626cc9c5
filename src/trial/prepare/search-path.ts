import { isAbsolute, join } from 'node:path';
import type { Host } from '../../model/host.ts';
import { binFolder } from './cache.ts';

/** Servers live in these, and an ordinary user's PATH leaves them out. */
const SYSTEM = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** A PATH with our own programs behind the user's, and the administrator's folders last. */
export function toolPath(path: string | undefined, cache: string | null): string {
  const own = cache === null ? [] : [binFolder(cache)];
  const folders = [...(path ?? '').split(':').filter(isAbsolute), ...own, ...SYSTEM];
  return [...new Set(folders)].join(':');
}

/** `toolPath` of the host that servers run on. */
export async function hostToolPath(host: Host, cache: string | null): Promise<string> {
  const said = await host.run(['printenv', 'PATH']);
  return toolPath(said.stdout.trim(), cache);
}

/** Absolute path of a command; null when there is none. */
export async function findCommand(host: Host, path: string, command: string): Promise<string | null> {
  const candidates = isAbsolute(command) ? [command] : path.split(':').map((folder) => join(folder, command));
  for (const candidate of candidates) {
    if (await isProgram(host, candidate)) return candidate;
  }
  return null;
}

/** A folder on PATH that this user may not look into has nothing for this user. */
async function isProgram(host: Host, file: string): Promise<boolean> {
  const found = await host.stat(file).catch(() => null);
  if (found === null || found.kind === 'folder') return false;
  return found.kind === 'link' || (found.mode & 0o111) !== 0;
}
