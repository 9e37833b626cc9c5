import { type Host, HostError } from '../model/host.ts';

/** The network namespace of a process, `net:[4026531840]`; of this one unless told otherwise. */
export const networkOf = (host: Host, pid: number | string = host.pid): Promise<string> =>
  host.readLink(`/proc/${pid}/ns/net`);

/**
 * What keeps a network namespace: a process in it, or a mount of it, as ip-netns(8) makes, in the mount namespace of any
 * process (its path is as that one sees it); `unseen` where some process cannot be looked at. null: it has gone.
 */
export type Keeps = { by: 'process'; pid: number } | { by: 'mount'; path: string; pid: number } | { by: 'unseen' };

export async function whatKeeps(host: Host, network: string): Promise<Keeps | null> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const mountNamespaces = new Set<string>();
  let mounted: Keeps | null = null;
  let unseen = false;
  // One's own first: its paths are those that whoever reads of them has.
  for (const pid of [host.pid, ...pids.filter((one) => one !== host.pid)]) {
    try {
      if ((await networkOf(host, pid)) === network) return { by: 'process', pid };
      const mounts = await host.readLink(`/proc/${pid}/ns/mnt`);
      if (mounted !== null || mountNamespaces.has(mounts)) continue;
      const path = mountOf(await host.readText(`/proc/${pid}/mountinfo`), network);
      mountNamespaces.add(mounts);
      if (path !== null) mounted = { by: 'mount', path, pid };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      // What ended meanwhile, or is a zombie, keeps nothing.
      unseen ||= !['ENOENT', 'ESRCH', 'EINVAL'].includes(error.code);
    }
  }
  return mounted ?? (unseen ? { by: 'unseen' } : null);
}

/** Where a mountinfo has this namespace, which stands as the root of a mount; null where it has not. */
function mountOf(mountinfo: string, network: string): string | null {
  const fields = mountinfo.split('\n').map((line) => line.split(' '));
  const path = fields.find(([, , , root]) => root === network)?.[4] ?? null;
  return path?.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))) ?? null;
}
